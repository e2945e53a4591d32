#include "sigma/vault/locked_bytes.hpp"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <new>
#include <utility>

namespace sigma::vault {
namespace {

std::size_t page_size() {
  static const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

}  // namespace

LockedBytes LockedBytes::zeros(std::size_t size) {
  LockedBytes out;
  if (size == 0) return out;
  const std::size_t mapped = (size + page_size() - 1) / page_size() * page_size();
  void* pages = ::mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  // Best effort: memory_can_be_locked() tells whether it works here, and `doctor` says so.
  (void)::mlock(pages, mapped);
  (void)::madvise(pages, mapped, MADV_DONTDUMP);
  (void)::madvise(pages, mapped, MADV_WIPEONFORK);
  out.pages_ = pages;
  out.size_ = size;
  out.mapped_ = mapped;
  return out;
}

LockedBytes::LockedBytes(std::string_view bytes) : LockedBytes(zeros(bytes.size())) {
  if (!bytes.empty()) ::memcpy(pages_, bytes.data(), bytes.size());
}

LockedBytes LockedBytes::random(std::size_t size, core::Random& random) {
  LockedBytes out = zeros(size);
  random.fill({out.data(), size});
  return out;
}

LockedBytes::LockedBytes(LockedBytes&& other) noexcept
    : pages_(std::exchange(other.pages_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      mapped_(std::exchange(other.mapped_, 0)) {}

LockedBytes& LockedBytes::operator=(LockedBytes&& other) noexcept {
  if (this != &other) {
    release();
    pages_ = std::exchange(other.pages_, nullptr);
    size_ = std::exchange(other.size_, 0);
    mapped_ = std::exchange(other.mapped_, 0);
  }
  return *this;
}

LockedBytes::~LockedBytes() {
  release();
}

void LockedBytes::release() {
  if (pages_ == nullptr) return;
  ::explicit_bzero(pages_, mapped_);
  ::munmap(pages_, mapped_);
  pages_ = nullptr;
  size_ = mapped_ = 0;
}

bool memory_can_be_locked() {
  void* page = ::mmap(nullptr, page_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return false;
  const bool locked = ::mlock(page, page_size()) == 0;
  ::munmap(page, page_size());
  return locked;
}

}  // namespace sigma::vault
