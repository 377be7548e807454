// Apache HttpClient 4. Run by raw.py, with httpclient.jar, httpcore.jar and commons-logging.jar.
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.*;
import org.apache.http.auth.*;
import org.apache.http.client.methods.HttpPost;
import org.apache.http.entity.*;
import org.apache.http.impl.client.*;
import org.apache.http.util.EntityUtils;

class JavaApache {
  public static void main(String[] args) throws Exception {
    var credentials = new BasicCredentialsProvider();
    credentials.setCredentials(AuthScope.ANY, new UsernamePasswordCredentials(args[1], args[2]));
    try (var client = HttpClients.custom().setDefaultCredentialsProvider(credentials).build()) {
      var input = new BufferedReader(new InputStreamReader(System.in));
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        var post = new HttpPost(args[0]);
        post.setEntity(new ByteArrayEntity(Base64.getDecoder().decode(line),
            ContentType.create("text/xml", StandardCharsets.UTF_8)));
        try (var answer = client.execute(post)) {
          if (answer.getStatusLine().getStatusCode() != 200)
            throw new IOException(answer.getStatusLine().toString());
          System.out.println(Base64.getEncoder().encodeToString(EntityUtils.toByteArray(answer.getEntity())));
        }
      }
    }
  }
}
