#include "sigma/http/router.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <unordered_map>

#include "sigma/core/encoding.hpp"
#include "sigma/core/text.hpp"

namespace sigma::http {
namespace {

constexpr std::size_t kMethods = static_cast<std::size_t>(Method::other) + 1;

/// The routes that share a path, by method.
struct Endpoint {
  std::array<const Route*, kMethods> by_method{};
  const Route* first = nullptr;

  const Route* find(Method method) const {
    const Route* route = by_method[static_cast<std::size_t>(method)];
    if (!route && method == Method::head) route = by_method[static_cast<std::size_t>(Method::get)];
    return route;
  }

  std::vector<Method> allowed() const {
    std::vector<Method> methods;
    for (std::size_t i = 0; i < kMethods; ++i) {
      const auto method = static_cast<Method>(i);
      if (method != Method::other && (find(method) || method == Method::options)) methods.push_back(method);
    }
    return methods;
  }
};

struct Pattern {
  struct Segment {
    std::string_view text;  ///< the literal, or the parameter's name
    bool parameter;
  };
  std::vector<Segment> segments;
  Endpoint endpoint;

  /// Literal before parameter, segment by segment: the more exact pattern is asked first.
  bool operator<(const Pattern& other) const {
    return std::lexicographical_compare(segments.begin(), segments.end(), other.segments.begin(), other.segments.end(),
                                        [](const Segment& a, const Segment& b) { return a.parameter < b.parameter; });
  }
};

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  path.remove_prefix(1);
  for (;;) {
    const bool last = path.find('/') == std::string_view::npos;
    segments.push_back(core::take_until(path, '/'));
    if (last) return segments;
  }
}

Pattern parse_pattern(std::string_view path) {
  Pattern pattern;
  for (std::string_view segment : split(path)) {
    const bool parameter = segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
    pattern.segments.push_back({parameter ? segment.substr(1, segment.size() - 2) : segment, parameter});
  }
  return pattern;
}

std::string_view without_trailing_slash(std::string_view path) {
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return path;
}

void insert(Endpoint& endpoint, const Route& route) {
  auto& slot = endpoint.by_method[static_cast<std::size_t>(route.method)];
  if (slot) throw std::logic_error("two routes for " + std::string(to_string(route.method)) + " " + route.path);
  slot = &route;
  if (!endpoint.first) endpoint.first = &route;
}

}  // namespace

struct Router::Index {
  std::unordered_map<std::string_view, Endpoint> exact;
  std::unordered_map<std::size_t, std::vector<Pattern>> patterns;  ///< by number of segments

  void add(const Route& route);
  const Endpoint* match_pattern(std::string_view path, Match& match) const;
};

void Router::Index::add(const Route& route) {
  const std::string_view path = without_trailing_slash(route.path);
  if (!path.starts_with('/')) throw std::logic_error("a route's path begins with '/': " + route.path);
  Pattern pattern = parse_pattern(path);
  if (std::none_of(pattern.segments.begin(), pattern.segments.end(), [](const auto& s) { return s.parameter; })) {
    return insert(exact[path], route);
  }
  auto& list = patterns[pattern.segments.size()];
  const auto same = std::find_if(list.begin(), list.end(), [&](const Pattern& other) {
    return std::equal(
        pattern.segments.begin(), pattern.segments.end(), other.segments.begin(),
        [](const auto& a, const auto& b) { return a.parameter == b.parameter && (a.parameter || a.text == b.text); });
  });
  if (same != list.end()) {
    for (std::size_t i = 0; i < pattern.segments.size(); ++i) {
      if (pattern.segments[i].text == same->segments[i].text) continue;
      throw std::logic_error("one place, two parameter names: " + route.path + " and " + same->endpoint.first->path);
    }
    return insert(same->endpoint, route);
  }
  insert(pattern.endpoint, route);
  list.insert(std::upper_bound(list.begin(), list.end(), pattern), std::move(pattern));
}

const Endpoint* Router::Index::match_pattern(std::string_view path, Match& match) const {
  const std::vector<std::string_view> segments = split(path);
  const auto same_length = patterns.find(segments.size());
  if (same_length == patterns.end()) return nullptr;
  for (const Pattern& pattern : same_length->second) {
    match.path_parameters.clear();
    bool matches = true;
    for (std::size_t i = 0; matches && i < segments.size(); ++i) {
      const auto& expected = pattern.segments[i];
      if (!expected.parameter) {
        matches = expected.text == segments[i];
        continue;
      }
      auto value = core::percent_decode(segments[i]);
      matches = value && !value->empty() && value->find('\0') == std::string::npos;
      if (matches) match.path_parameters.emplace_back(expected.text, std::move(*value));
    }
    if (matches) return &pattern.endpoint;
  }
  match.path_parameters.clear();
  return nullptr;
}

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)), index_(std::make_unique<Index>()) {
  for (const Route& route : routes_) index_->add(route);
}

Router::~Router() = default;

Router::Match Router::find(Method method, std::string_view path) const {
  Match match;
  path = without_trailing_slash(path);
  if (!path.starts_with('/')) return match;
  const auto exact = index_->exact.find(path);
  const Endpoint* endpoint = exact != index_->exact.end() ? &exact->second : nullptr;
  if (!endpoint && !index_->patterns.empty()) endpoint = index_->match_pattern(path, match);
  if (!endpoint) return match;
  match.any_method = endpoint->first;
  match.route = endpoint->find(method);
  if (!match.route) match.allowed_methods = endpoint->allowed();
  return match;
}

}  // namespace sigma::http
