// The one place where Asio's and Beast's compiled parts are built; see boost_net in cmake/dependencies.cmake.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
