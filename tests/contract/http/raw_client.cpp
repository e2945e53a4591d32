#include "raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>

#include "sigma/core/encoding.hpp"

namespace sigma::http::testing {

std::string RawAnswer::field(std::string_view name) const {
  std::string found;
  for (const auto& [key, value] : fields) {
    if (key != name) continue;
    if (!found.empty()) return "<repeated>";
    found = value;
  }
  return found;
}

bool RawAnswer::has(std::string_view name) const {
  return std::any_of(fields.begin(), fields.end(), [&](const auto& field) { return field.first == name; });
}

RawClient::RawClient(std::uint16_t port, int receive_buffer) {
  descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer > 0) ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    ::close(descriptor_);
    descriptor_ = -1;
  }
}

RawClient::~RawClient() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawClient::finish_sending() {
  ::shutdown(descriptor_, SHUT_WR);
}

bool RawClient::readable(std::chrono::milliseconds wait) {
  pollfd entry{descriptor_, POLLIN, 0};
  return !received_.empty() || ::poll(&entry, 1, static_cast<int>(wait.count())) > 0;
}

bool RawClient::read_some() {
  pollfd entry{descriptor_, POLLIN, 0};
  if (::poll(&entry, 1, 10'000) <= 0) return false;
  char buffer[65536];
  const auto count = ::recv(descriptor_, buffer, sizeof buffer, 0);
  if (count <= 0) return false;
  received_.append(buffer, static_cast<std::size_t>(count));
  return true;
}

RawAnswer RawClient::receive(bool head) {
  std::size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!read_some()) return {};
  }
  RawAnswer answer;
  std::string_view text = std::string_view(received_).substr(0, end);
  std::from_chars(text.data() + sizeof("HTTP/1.1"), text.data() + text.size(), answer.status);
  for (auto line_end = text.find("\r\n"); line_end != std::string_view::npos; line_end = text.find("\r\n")) {
    text.remove_prefix(line_end + 2);
    const std::string_view line = text.substr(0, text.find("\r\n"));
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos) return {};
    answer.fields.emplace_back(core::to_lower_ascii(line.substr(0, colon)), line.substr(colon + 2));
  }
  received_.erase(0, end + 4);
  std::size_t length = 0;
  const std::string announced = answer.field("content-length");
  std::from_chars(announced.data(), announced.data() + announced.size(), length);
  if (head) return answer;
  while (received_.size() < length) {
    if (!read_some()) return {};
  }
  answer.body = received_.substr(0, length);
  received_.erase(0, length);
  return answer;
}

bool RawClient::closed_by_server() {
  if (!received_.empty()) return false;
  pollfd entry{descriptor_, POLLIN, 0};
  if (::poll(&entry, 1, 10'000) <= 0) return false;
  char byte = 0;
  return ::recv(descriptor_, &byte, 1, 0) <= 0;
}

}  // namespace sigma::http::testing
