#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/core/task.hpp"
#include "sigma/http/message.hpp"

namespace sigma::http {

/// Who may read an answer from another origin.
enum class Cors {
  none,     ///< nobody: no Access-Control header
  any,      ///< any origin, never with credentials
  trusted,  ///< exactly the configured origins, with credentials
};

struct RouteOptions {
  Cors cors = Cors::none;
  std::size_t body_limit = 64 * 1024;  ///< bytes; more is 413
  std::string spec;                    ///< the standard behind the route, e.g. "RFC 6749 §3.2": for docs and OpenAPI
  std::string summary;
};

using Handler = std::function<core::Task<Response>(Request)>;

struct Route {
  Method method;
  std::string path;  ///< "/admin/clients/{id}": a {name} segment matches one non-empty segment
  Handler handler;
  RouteOptions options;
};

/// Immutable after construction; thread-safe. GET routes answer HEAD too. A trailing slash is ignored.
class Router {
 public:
  struct Match {
    const Route* route = nullptr;         ///< null: unknown path, or known path with another method
    std::vector<Method> allowed_methods;  ///< of the path, when it is known and the method is not
    std::vector<std::pair<std::string, std::string>> path_parameters;
    const Route* any_method = nullptr;  ///< a route of that path, for CORS and body limit of a preflight
  };

  explicit Router(std::vector<Route> routes);
  ~Router();
  Match find(Method method, std::string_view path) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
  struct Index;
  std::unique_ptr<Index> index_;
};

}  // namespace sigma::http
