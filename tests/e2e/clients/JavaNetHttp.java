// Java's java.net.http, which offers HTTP/2 on every new connection and leaves Digest to its user. Run by raw.py.
import java.io.*;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.*;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.*;
import java.util.regex.Pattern;

class JavaNetHttp {
  static String md5(String text) throws Exception {
    var hash = MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.ISO_8859_1));
    return String.format("%032x", new BigInteger(1, hash));
  }

  static String field(String challenge, String name) {
    var found = Pattern.compile(name + "=\"([^\"]*)\"").matcher(challenge);
    found.find();
    return found.group(1);
  }

  public static void main(String[] args) throws Exception {
    var client = HttpClient.newHttpClient();
    var uri = URI.create(args[0]);
    var first = HttpRequest.newBuilder(uri).header("Content-Type", "text/xml")
        .POST(HttpRequest.BodyPublishers.noBody()).build();
    var challenge = client.send(first, HttpResponse.BodyHandlers.discarding()).headers()
        .firstValue("WWW-Authenticate").get();
    String realm = field(challenge, "realm"), nonce = field(challenge, "nonce");
    var input = new BufferedReader(new InputStreamReader(System.in));
    int count = 0;
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      var nc = String.format("%08x", ++count);
      var response = md5(md5(args[1] + ":" + realm + ":" + args[2]) + ":" + nonce + ":" + nc + ":abcdef:auth:"
          + md5("POST:" + uri.getPath()));
      var request = HttpRequest.newBuilder(uri).header("Content-Type", "text/xml; charset=UTF-8")
          .header("Authorization", String.format("Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", nc=%s, uri=\"%s\", "
              + "response=\"%s\", algorithm=\"MD5\", cnonce=\"abcdef\", qop=\"auth\"",
              args[1], realm, nonce, nc, uri.getPath(), response))
          .POST(HttpRequest.BodyPublishers.ofByteArray(Base64.getDecoder().decode(line))).build();
      var answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (answer.statusCode() != 200)
        throw new IOException("status " + answer.statusCode());
      System.out.println(Base64.getEncoder().encodeToString(answer.body()));
    }
  }
}
