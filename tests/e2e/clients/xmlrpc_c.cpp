// xmlrpc-c's own client over libcurl, by its C interface; steps and results by its own JSON.
#include <xmlrpc-c/base.h>
#include <xmlrpc-c/client.h>
#include <xmlrpc-c/json.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

namespace {

void die_if(const xmlrpc_env& env, const char* what) {
  if (env.fault_occurred) {
    std::cerr << what << ": " << env.fault_string << '\n';
    std::exit(1);
  }
}

std::string json(xmlrpc_value* value) {
  xmlrpc_env env;
  xmlrpc_env_init(&env);
  auto* block = XMLRPC_MEMBLOCK_NEW(char, &env, 0);
  xmlrpc_serialize_json(&env, value, block);
  die_if(env, "serialize_json");
  std::string text{XMLRPC_MEMBLOCK_CONTENTS(char, block), XMLRPC_MEMBLOCK_SIZE(char, block)};
  XMLRPC_MEMBLOCK_FREE(char, block);
  return text;
}

// [code, text] of a fault, without the words that the client puts in front of the server's text.
std::string fault(const xmlrpc_env& env) {
  const std::string_view preamble = "RPC failed at server.  ";
  std::string text = env.fault_string;
  if (text.starts_with(preamble))
    text.erase(0, preamble.size());
  xmlrpc_env inner;
  xmlrpc_env_init(&inner);
  auto* pair = xmlrpc_build_value(&inner, "(is)", env.fault_code, text.c_str());
  die_if(inner, "build_value");
  auto result = json(pair);
  xmlrpc_DECREF(pair);
  return result;
}

} // namespace

int main(int, char** argv) {
  xmlrpc_env env;
  xmlrpc_env_init(&env);
  xmlrpc_limit_set(XMLRPC_XML_SIZE_LIMIT_ID, 256UL << 20U);
  xmlrpc_client_setup_global_const(&env);
  xmlrpc_client* client = nullptr;
  xmlrpc_client_create(&env, XMLRPC_CLIENT_NO_FLAGS, "xmlrpc-c test", "1", nullptr, 0, &client);
  die_if(env, "client_create");
  auto* server = xmlrpc_server_info_new(&env, argv[1]);
  xmlrpc_server_info_set_user(&env, server, argv[2], argv[3]);
  xmlrpc_server_info_allow_auth_digest(&env, server);
  die_if(env, "server_info");

  const std::string input{std::istreambuf_iterator<char>{std::cin}, {}};
  auto* steps = xmlrpc_parse_json(&env, input.c_str());
  die_if(env, "parse_json");
  std::string separator = "[";
  for (int i = 0; i < xmlrpc_array_size(&env, steps); ++i) {
    xmlrpc_value* step = nullptr;
    xmlrpc_array_read_item(&env, steps, static_cast<unsigned>(i), &step);
    const char* method = nullptr;
    xmlrpc_value* params = nullptr;
    xmlrpc_decompose_value(&env, step, "(sA)", &method, &params);
    die_if(env, "step");
    xmlrpc_value* answer = nullptr;
    xmlrpc_client_call2(&env, client, server, method, params, &answer);
    std::cout << separator;
    if (env.fault_occurred) {
      std::cout << R"({"fault": )" << fault(env) << '}';
      xmlrpc_env_clean(&env);
      xmlrpc_env_init(&env);
    } else {
      std::cout << R"({"value": )" << json(answer) << '}';
      xmlrpc_DECREF(answer);
    }
    separator = ", ";
  }
  std::cout << "]\n";
  xmlrpc_client_destroy(client);
}
