// Java's HttpURLConnection, which does Digest by itself. Run by raw.py.
import java.io.*;
import java.net.*;
import java.util.*;

class JavaUrlConnection {
  public static void main(String[] args) throws Exception {
    // Since Java 19, and in later updates of older ones, MD5 must be asked for.
    System.setProperty("http.auth.digest.reEnabledAlgorithms", "MD5");
    Authenticator.setDefault(new Authenticator() {
      @Override
      protected PasswordAuthentication getPasswordAuthentication() {
        return new PasswordAuthentication(args[1], args[2].toCharArray());
      }
    });
    var input = new BufferedReader(new InputStreamReader(System.in));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      var connection = (HttpURLConnection) new URL(args[0]).openConnection();
      connection.setDoOutput(true);
      connection.setRequestProperty("Content-Type", "text/xml");
      try (var out = connection.getOutputStream()) {
        out.write(Base64.getDecoder().decode(line));
      }
      try (var in = connection.getInputStream()) {
        System.out.println(Base64.getEncoder().encodeToString(in.readAllBytes()));
      }
    }
  }
}
