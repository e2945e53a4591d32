#include "sigma/store_postgres/loop_connector.hpp"

#include "pipeline.hpp"
#include "settings.hpp"

namespace sigma::store_postgres {
namespace {

/// Ends with its loop.
class PipelinedConnection final : public store::LoopConnection {
 public:
  PipelinedConnection(boost::asio::io_context& loop, store::LoopUse use, std::shared_ptr<Pipeline::Origin> origin)
      : pipeline_(std::make_shared<Pipeline>(loop, use, std::move(origin))) {
    pipeline_->connect();
  }
  ~PipelinedConnection() override { pipeline_->end(); }
  bool ready() const override { return pipeline_->ready(); }
  std::optional<std::chrono::steady_clock::time_point> busy_since() const override { return pipeline_->busy_since(); }
  void execute(store::LoopStatement statement) override { pipeline_->execute(std::move(statement)); }

 private:
  std::shared_ptr<Pipeline> pipeline_;
};

}  // namespace

store::LoopConnector make_loop_connector(std::string url, Options options, std::shared_ptr<store::LoopCounts> counts) {
  auto origin = std::make_shared<Pipeline::Origin>();
  origin->url = with_defaults(std::move(url));
  origin->options = options;
  origin->options.lock_timeout = std::min(options.lock_timeout, options.loop_lock_timeout);
  origin->counts = std::move(counts);
  return [origin](boost::asio::io_context& loop, store::LoopUse use) {
    return std::make_unique<PipelinedConnection>(loop, use, origin);
  };
}

}  // namespace sigma::store_postgres
