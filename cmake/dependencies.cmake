# What Debian gives us, as imported targets. docs/libraries.md says why each is here.
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(EXPAT REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(PostgreSQL REQUIRED) # its client library, libpq
find_package(Boost 1.81 CONFIG REQUIRED COMPONENTS json)
find_package(spdlog REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
find_package(CURL REQUIRED)
find_package(absl REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)

# CAF 0.17 of Debian ships no CMake files.
find_path(CAF_INCLUDE_DIR caf/all.hpp REQUIRED)
add_library(caf INTERFACE)
foreach(part core io openssl)
  find_library(CAF_${part}_LIBRARY caf_${part} REQUIRED)
  target_link_libraries(caf INTERFACE ${CAF_${part}_LIBRARY})
endforeach()
target_include_directories(caf SYSTEM INTERFACE ${CAF_INCLUDE_DIR})
# A type without an id is then a compile error and not an empty message.
target_compile_definitions(caf INTERFACE CAF_ENABLE_TYPE_ID_CHECKS)
target_link_libraries(caf INTERFACE Threads::Threads)

# xmlrpc-c ships no CMake files either.
find_path(XMLRPC_INCLUDE_DIR xmlrpc-c/base.hpp REQUIRED)
add_library(xmlrpc INTERFACE)       # parsing, C API
add_library(xmlrpc_client INTERFACE) # client, C++ API
foreach(part xmlrpc xmlrpc_util)
  find_library(XMLRPC_${part}_LIBRARY ${part} REQUIRED)
  target_link_libraries(xmlrpc INTERFACE ${XMLRPC_${part}_LIBRARY})
endforeach()
foreach(part xmlrpc_xmlparse xmlrpc_xmltok) # up to 1.33; since then xmlrpc-c parses with the system's Expat
  find_library(XMLRPC_${part}_LIBRARY ${part})
  if(XMLRPC_${part}_LIBRARY)
    target_link_libraries(xmlrpc INTERFACE ${XMLRPC_${part}_LIBRARY})
  endif()
endforeach()
foreach(part xmlrpc++ xmlrpc_client++ xmlrpc_client xmlrpc_packetsocket)
  find_library(XMLRPC_${part}_LIBRARY ${part} REQUIRED)
  target_link_libraries(xmlrpc_client INTERFACE ${XMLRPC_${part}_LIBRARY})
endforeach()
target_include_directories(xmlrpc SYSTEM INTERFACE ${XMLRPC_INCLUDE_DIR})
target_link_libraries(xmlrpc_client INTERFACE xmlrpc)

# Asio and Beast compile once, in transport/net/asio_impl.cpp, and not in every file that includes them.
add_library(boost_net INTERFACE)
target_link_libraries(boost_net INTERFACE Boost::headers Boost::json OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
target_compile_definitions(boost_net INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED)

# What the service manager is told.
find_path(SYSTEMD_INCLUDE_DIR systemd/sd-daemon.h REQUIRED)
find_library(SYSTEMD_LIBRARY systemd REQUIRED)

# The daemon's allocator. Events are allocated on one thread and freed on another, which is where it shines: see
# docs/libraries.md. Not under sanitizers, which have their own.
find_library(MIMALLOC_LIBRARY mimalloc REQUIRED)
