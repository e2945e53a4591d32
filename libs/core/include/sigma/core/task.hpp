#pragma once
#include <boost/asio/awaitable.hpp>

namespace sigma::core {

/// What a coroutine of ours returns; one place to change.
template <class T = void>
using Task = boost::asio::awaitable<T>;

}  // namespace sigma::core
