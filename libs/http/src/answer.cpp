#include "answer.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/http/status.hpp>
#include <charconv>
#include <ctime>

#include "text.hpp"

namespace sigma::http {
namespace {

std::string_view body_of(const Response& response) {
  return response.shared_body ? std::string_view(*response.shared_body) : std::string_view(response.body);
}

bool is_ours(std::string_view name) {
  constexpr std::array<std::string_view, 6> kOurs{"connection", "content-length",    "date",
                                                  "keep-alive", "transfer-encoding", "x-request-id"};
  for (const std::string_view ours : kOurs) {
    if (iequals(name, ours)) return true;
  }
  return false;
}

void append_number(std::string& out, std::size_t number) {
  char digits[20];
  out.append(digits, std::to_chars(digits, std::end(digits), number).ptr);
}

}  // namespace

std::string_view DateText::now() {
  const std::time_t second = std::time(nullptr);
  if (second != second_) {
    second_ = second;
    std::tm parts{};
    gmtime_r(&second, &parts);
    constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    text_ = fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[parts.tm_wday], parts.tm_mday,
                        kMonths[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
  }
  return text_;
}

bool are_sendable(const Headers& headers) {
  return std::all_of(headers.fields().begin(), headers.fields().end(), [](const Headers::Field& field) {
    bool clean = true;  // no early end: so the compiler looks at many characters at once
    for (const char c : field.second) {
      const auto byte = static_cast<std::uint8_t>(c);
      clean &= (byte >= 0x20 || byte == '\t') && byte != 0x7f;
    }
    return clean && is_token(field.first);
  });
}

bool is_sendable(const Response& response) {
  return response.status >= 200 && response.status <= 599 && are_sendable(response.headers);
}

void write_head(const Response& response, const AnswerContext& context, std::string& out) {
  const auto status = static_cast<unsigned>(response.status);
  out = "HTTP/1.1 ";
  append_number(out, status);
  out += ' ';
  out += boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  out += "\r\nDate: ";
  out += context.date;
  // RFC 9110 §8.6: no Content-Length with 204; with 304 it would have to be that of the 200.
  if (status != 204 && status != 304) {
    out += "\r\nContent-Length: ";
    append_number(out, body_of(response).size());
  }
  if (context.persistence == Persistence::close) out += "\r\nConnection: close";
  if (context.persistence == Persistence::keep_alive) out += "\r\nConnection: keep-alive";
  out += "\r\nX-Request-Id: ";
  out += context.request_id;
  for (const auto& [name, value] : response.headers.fields()) {
    if (is_ours(name)) continue;
    out += "\r\n";
    out += name;
    out += ": ";
    out += value;
  }
  out += "\r\n\r\n";
}

std::string_view body_to_send(const Response& response, bool head_request) {
  if (head_request || response.status == 204 || response.status == 304) return {};
  return body_of(response);
}

}  // namespace sigma::http
