#include "sigma/core/json.hpp"

#include <unordered_set>

#include "sigma/core/encoding.hpp"

namespace sigma::core {
namespace {

// Watches the parse: stops at the first duplicate member and at too much nesting, before memory is spent on it.
class Watch {
 public:
  explicit Watch(std::size_t max_depth) : max_depth_(max_depth) {}

  bool operator()(int, Json::parse_event_t event, Json& value) {
    switch (event) {
      case Json::parse_event_t::object_start:
        names_.emplace_back();
        [[fallthrough]];
      case Json::parse_event_t::array_start:
        if (++depth_ > max_depth_) throw Refused{"JSON is nested too deeply."};
        break;
      case Json::parse_event_t::key:
        if (!names_.back().insert(value.get_ref<const std::string&>()).second) {
          throw Refused{"JSON names the member \"" + value.get<std::string>() + "\" twice."};
        }
        break;
      case Json::parse_event_t::object_end:
        names_.pop_back();
        [[fallthrough]];
      case Json::parse_event_t::array_end:
        --depth_;
        break;
      case Json::parse_event_t::value:
        break;
    }
    return true;
  }

  struct Refused {
    std::string description;
  };

 private:
  std::size_t max_depth_;
  std::size_t depth_ = 0;
  std::vector<std::unordered_set<std::string>> names_;
};

}  // namespace

Result<Json> parse_json(std::string_view text, std::size_t max_depth) {
  if (text.empty()) return Error{Code::invalid_input, "The body is empty; send JSON."};
  if (text.starts_with("\xef\xbb\xbf"))
    return Error{Code::invalid_input, "JSON must not begin with a byte order mark."};
  if (!is_utf8(text)) return Error{Code::invalid_input, "JSON must be UTF-8."};
  try {
    Watch watch{max_depth};
    return Json::parse(text, std::ref(watch));
  } catch (const Watch::Refused& refused) {
    return Error{Code::invalid_input, refused.description};
  } catch (const Json::exception& e) {
    return Error{Code::invalid_input, "The body is not valid JSON.", e.what()};
  }
}

std::string dump_json(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<std::string> json_string(const Json& object, std::string_view name) {
  if (!object.is_object()) return std::nullopt;
  const auto it = object.find(name);
  if (it == object.end() || !it->is_string()) return std::nullopt;
  return it->get<std::string>();
}

}  // namespace sigma::core
