#include "sigma/bap/person.hpp"

#include <algorithm>
#include <array>

#include "sigma/core/encoding.hpp"

namespace sigma::bap {
namespace {

using core::Json;

constexpr std::size_t kMaxName = 100;
constexpr std::size_t kMaxText = 4'096;
constexpr std::size_t kMaxAddress = 2'048;
constexpr std::size_t kMaxMemberName = 64;
constexpr std::size_t kMaxAllText = 32 * 1024;
constexpr std::size_t kMaxMembers = 200;
constexpr int kMaxDepth = 8;

constexpr std::array<std::string_view, 6> kNames = {"alternateName", "name",      "givenName",
                                                    "familyName",    "legalName", "additionalName"};
constexpr std::array<std::string_view, 4> kImages = {"image", "banner", "logo", "photo"};
constexpr std::array<std::string_view, 6> kRasterTypes = {"data:image/png;base64,",  "data:image/jpeg;base64,",
                                                          "data:image/jpg;base64,",  "data:image/gif;base64,",
                                                          "data:image/webp;base64,", "data:image/avif;base64,"};

bool is_one_of(auto& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

bool is_control(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence.front());
  return first < 0x20 || first == 0x7f;
}

// Of several bytes: those that turn, those that take no room, those that end a line, and the C1 controls.
bool is_misleading_character(std::string_view sequence) {
  if (sequence == "\xc2\xad" || sequence == "\xd8\x9c") return true;
  if (sequence.size() == 2) return sequence[0] == '\xc2' && static_cast<unsigned char>(sequence[1]) < 0xa0;
  if (sequence.size() != 3) return false;
  if (sequence == "\xef\xbb\xbf") return true;
  if (sequence[0] != '\xe2') return false;
  const auto low = static_cast<unsigned char>(sequence[2]);
  if (sequence[1] == '\x80') return (low >= 0x8b && low <= 0x8f) || (low >= 0xa8 && low <= 0xae);
  return sequence[1] == '\x81' && low >= 0xa0 && low <= 0xa9;
}

std::size_t sequence_length(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

// The text is UTF-8: the parser has checked it. Cut between characters, at most `max` bytes.
std::string clean_text(std::string_view text, std::size_t max, bool one_line) {
  std::string clean;
  while (!text.empty()) {
    const std::string_view sequence = text.substr(0, sequence_length(text.front()));
    text.remove_prefix(sequence.size());
    const bool is_layout = sequence == "\n" || sequence == "\t";
    if (clean.size() + sequence.size() > max) break;
    if (is_control(sequence)) {
      if (is_layout && !one_line) {
        clean += sequence;
      } else if (is_layout) {
        clean += ' ';
      }
    } else if (!one_line || !is_misleading_character(sequence)) {
      clean += sequence;
    }
  }
  const auto begin = clean.find_first_not_of(' ');
  if (begin == std::string::npos) return "";
  return clean.substr(begin, clean.find_last_not_of(' ') - begin + 1);
}

// As a browser reads an address: leading blanks and any tabs and line breaks do not count (WHATWG URL §4.4).
std::string scheme_of(std::string_view text) {
  std::string scheme;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20) continue;
    if (c == ':') return core::to_lower_ascii(scheme);
    const bool is_scheme_character =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    if (!is_scheme_character) return "";
    scheme += c;
  }
  return "";
}

bool runs_in_a_browser(std::string_view text) {
  const std::string scheme = scheme_of(text);
  return scheme == "javascript" || scheme == "vbscript" || scheme == "data" || scheme == "blob" ||
         scheme == "filesystem" || scheme == "file" || scheme == "about" || scheme == "view-source";
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '<' && c != '>'; });
}

// "/<64 hex>_0", "<64 hex>i0": an output of a transaction.
bool is_outpoint(std::string_view text) {
  if (text.starts_with('/')) text.remove_prefix(1);
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (text.size() < 64 || text.size() > 75 || !std::ranges::all_of(text.substr(0, 64), is_hex)) return false;
  text.remove_prefix(64);
  if (text.empty()) return true;
  const bool is_mark = text.front() == '_' || text.front() == 'i' || text.front() == 'o' || text.front() == '.';
  return is_mark && text.size() > 1 && text.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

bool is_image(std::string_view text) {
  for (const std::string_view type : kRasterTypes) {
    if (!text.starts_with(type)) continue;
    if (text.size() > kMaxImageUri) return false;
    return text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=", type.size()) ==
           std::string_view::npos;
  }
  if (text.size() > kMaxAddress || !is_printable(text)) return false;
  const std::string scheme = scheme_of(text);
  return scheme == "https" || scheme == "b" || scheme == "ord" || scheme == "ipfs" || is_outpoint(text);
}

class Cleaner {
 public:
  Json object(const Json& given, int depth) {
    Json clean = Json::object();
    for (const auto& [name, value] : given.items()) {
      if (name.empty() || name.size() > kMaxMemberName || clean_text(name, kMaxMemberName, true) != name) continue;
      if (auto kept = member(name, value, depth)) clean[name] = std::move(*kept);
    }
    return clean;
  }

 private:
  std::optional<Json> member(std::string_view name, const Json& value, int depth) {
    if (++members_ > kMaxMembers) return std::nullopt;
    if (is_one_of(kImages, name)) {
      const auto* image = value.get_ptr<const Json::string_t*>();
      return image && is_image(*image) ? std::optional<Json>(*image) : std::nullopt;
    }
    if (value.is_object()) return depth < kMaxDepth ? std::optional(object(value, depth + 1)) : std::nullopt;
    if (value.is_array()) return depth < kMaxDepth ? std::optional(array(name, value, depth + 1)) : std::nullopt;
    if (!value.is_string()) return value;
    const auto& text = value.get_ref<const std::string&>();
    const bool is_name = is_one_of(kNames, name);
    std::string clean = clean_text(text, is_name ? kMaxName : kMaxText, is_name);
    // What is left counts: cleaning may join what a character in between kept apart.
    if (clean.empty() || runs_in_a_browser(clean)) return std::nullopt;
    text_ += clean.size();
    return text_ <= kMaxAllText ? std::optional<Json>(std::move(clean)) : std::nullopt;
  }

  Json array(std::string_view name, const Json& given, int depth) {
    Json clean = Json::array();
    for (const Json& value : given) {
      if (auto kept = member(name, value, depth)) clean.push_back(std::move(*kept));
    }
    return clean;
  }

  std::size_t members_ = 0;
  std::size_t text_ = 0;
};

}  // namespace

bool is_misleading(std::string_view text) {
  while (!text.empty()) {
    const std::string_view sequence = text.substr(0, sequence_length(text.front()));
    text.remove_prefix(sequence.size());
    if (is_control(sequence) || is_misleading_character(sequence)) return true;
  }
  return false;
}

core::Json clean_person(const core::Json& identity) {
  if (!identity.is_object()) return Json::object();
  return Cleaner().object(identity, 1);
}

}  // namespace sigma::bap
