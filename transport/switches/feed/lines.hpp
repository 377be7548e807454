#pragma once

#include <string>
#include <string_view>
#include <vector>

/// The lines that rollcall sends (feed.md, "From rollcall"), each with its `\n`.
namespace rollcall::feed {

std::string welcome_line(std::string_view node);
std::string error_line(std::string_view code, std::string_view message);
std::string disconnect_line(std::string_view id);
std::string disconnect_line(std::string_view id, std::string_view reason);
std::string resync_line();
std::string ping_line();
std::string pong_line();
std::string move_line(const std::vector<std::string>& nodes);
std::string warning_line(std::string_view message);

} // namespace rollcall::feed
