#include "reply.hpp"

#include <hiredis/hiredis.h>
#include <hiredis/read.h>

#include <cstdlib>

namespace sigma::cache_redis {
namespace {

constexpr int kMaxItems = 65'536;

core::Error broken(std::string cause) {
  return {core::Code::unavailable, "The cache server cannot be understood.", std::move(cause)};
}

// hiredis calls these as a reply is read: the root is ours to free, everything else lives in its parent's items.
Reply* place(const redisReadTask* task) {
  if (task->parent == nullptr) return new Reply;
  return &static_cast<Reply*>(task->parent->obj)->items[static_cast<std::size_t>(task->idx)];
}

void* make_text(const redisReadTask* task, char* text, std::size_t length) {
  Reply* reply = place(task);
  reply->kind = task->type == REDIS_REPLY_ERROR    ? Reply::Kind::error
                : task->type == REDIS_REPLY_STATUS ? Reply::Kind::status
                                                   : Reply::Kind::text;
  reply->text.assign(text, length);
  return reply;
}

void* make_array(const redisReadTask* task, int elements) {
  if (elements > kMaxItems) return nullptr;  // hiredis reports it as out of memory
  Reply* reply = place(task);
  reply->kind = Reply::Kind::array;
  reply->items.resize(static_cast<std::size_t>(elements));
  return reply;
}

void* make_integer(const redisReadTask* task, long long value) {
  Reply* reply = place(task);
  reply->kind = Reply::Kind::integer;
  reply->integer = value;
  return reply;
}

void* make_nil(const redisReadTask* task) {
  return place(task);
}

void free_root(void* reply) {
  delete static_cast<Reply*>(reply);
}

redisReplyObjectFunctions functions{make_text, make_array, make_integer, make_nil, free_root};

}  // namespace

std::string encode(const Command& command) {
  std::vector<const char*> arguments;
  std::vector<std::size_t> lengths;
  for (const std::string& part : command) {
    arguments.push_back(part.data());
    lengths.push_back(part.size());
  }
  char* bytes = nullptr;
  const int length =
      ::redisFormatCommandArgv(&bytes, static_cast<int>(command.size()), arguments.data(), lengths.data());
  if (length < 0) throw std::bad_alloc();
  std::string encoded(bytes, static_cast<std::size_t>(length));
  std::free(bytes);
  return encoded;
}

ReplyReader::ReplyReader(std::size_t max_bytes)
    : reader_(::redisReaderCreateWithFunctions(&functions), ::redisReaderFree), max_bytes_(max_bytes) {
  if (!reader_) throw std::bad_alloc();
}

ReplyReader::~ReplyReader() = default;

core::Result<void> ReplyReader::feed(std::string_view bytes) {
  unfinished_ += bytes.size();
  if (::redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK) return broken(reader_->errstr);
  return {};
}

core::Result<std::optional<Reply>> ReplyReader::next() {
  void* object = nullptr;
  if (::redisReaderGetReply(reader_.get(), &object) != REDIS_OK) return broken(reader_->errstr);
  if (object == nullptr) {
    if (unfinished_ > max_bytes_) return broken("a reply is too large");
    return std::optional<Reply>();
  }
  unfinished_ = reader_->len - reader_->pos;
  const std::unique_ptr<Reply> reply(static_cast<Reply*>(object));
  return std::optional<Reply>(std::move(*reply));
}

}  // namespace sigma::cache_redis
