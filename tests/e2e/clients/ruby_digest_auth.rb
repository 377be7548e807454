# Ruby's net-http-digest_auth, whose count begins at 0, with the encoder and the parser of its xmlrpc.
require 'json'
require 'net/http'
require 'net/http/digest_auth'
require 'xmlrpc/client'
require 'xmlrpc/create'
require 'xmlrpc/parser'

url, login, password = ARGV
uri = URI.parse(url)
uri.user = URI.encode_www_form_component(login)
uri.password = URI.encode_www_form_component(password)
parser = XMLRPC::XMLParser::REXMLStreamParser.new
digest = Net::HTTP::DigestAuth.new

results = Net::HTTP.start(uri.host, uri.port) do |http|
  challenge = http.request(Net::HTTP::Post.new(uri.request_uri, 'Content-Type' => 'text/xml'))
  abort "no challenge: #{challenge.code}" unless challenge.code == '401'
  JSON.parse($stdin.read).map do |method, params|
    request = Net::HTTP::Post.new(uri.request_uri, 'Content-Type' => 'text/xml; charset=utf-8')
    request['Authorization'] = digest.auth_header(uri, challenge['WWW-Authenticate'], 'POST')
    request.body = XMLRPC::Create.new.methodCall(method, *params)
    answer = http.request(request)
    abort "#{answer.code} #{answer.body}" unless answer.code == '200'
    fine, value = parser.parseMethodResponse(answer.body.force_encoding('UTF-8'))
    fine ? { value: value } : { fault: [value.faultCode, value.faultString] }
  end
end
puts JSON.generate(results)
