#include "domain/base/swar.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <string>

namespace rollcall::swar_test {

namespace {

/// Where `mask` says that the first byte is; 8 when it says that there is none.
std::size_t place(std::uint64_t mask) { return mask == 0 ? swar::size : swar::first(mask); }

template <class Is>
std::size_t found(const std::array<char, swar::size>& bytes, Is is) {
  return static_cast<std::size_t>(std::find_if(bytes.begin(), bytes.end(), is) - bytes.begin());
}

} // namespace

TEST_CASE("a mask tells whether a byte is among eight, and which is the first") {
  CHECK(rc::check([](const std::array<char, swar::size>& bytes, char wanted, bool planted) {
    auto with = bytes;
    if (planted)
      with[*rc::gen::inRange<std::size_t>(0, with.size())] = wanted;
    const auto word = swar::load(with.data());
    RC_ASSERT(place(swar::equal(word, wanted)) == found(with, [&](char c) { return c == wanted; }));
    RC_ASSERT(place(swar::not_ascii(word)) == found(with, [](char c) { return (c & 0x80) != 0; }));
    const auto bound = *rc::gen::inRange<unsigned char>(0, 128);
    RC_ASSERT(place(swar::below(word, bound))
              == found(with, [&](char c) { return static_cast<unsigned char>(c) < bound; }));
  }));
}

TEST_CASE("a byte is found wherever in a text it is") {
  for (std::size_t size = 0; size < 40; ++size) {
    const auto has_x = [](const std::string& text) {
      return swar::any(text, [](std::uint64_t word) { return swar::equal(word, 'x'); });
    };
    std::string text(size, 'w');
    CHECK_FALSE(has_x(text));
    for (auto& c : text) {
      c = 'x';
      CHECK(has_x(text));
      c = 'w';
    }
  }
}

TEST_CASE("fewer than eight bytes are filled up") {
  const std::string text = "abc";
  for (std::size_t count = 0; count <= text.size(); ++count) {
    std::string filled = text.substr(0, count);
    filled.resize(swar::size, '.');
    CHECK(swar::load(text.data(), count, '.') == swar::load(filled.data()));
  }
}

} // namespace rollcall::swar_test
