// Every block of memory that this program gives back is overwritten first. Passwords, words and keys pass through
// strings, JSON and coroutine frames of libraries that know nothing of secrets; here is the one place that all of them
// go through. Linked into the program only, not into tests.
#include <malloc.h>
#include <string.h>

#include <cstdlib>
#include <new>

namespace {

void wipe_and_free(void* block) noexcept {
  if (block == nullptr) return;
  ::explicit_bzero(block, ::malloc_usable_size(block));
  std::free(block);
}

}  // namespace

void operator delete(void* block) noexcept {
  wipe_and_free(block);
}
void operator delete[](void* block) noexcept {
  wipe_and_free(block);
}
void operator delete(void* block, std::size_t) noexcept {
  wipe_and_free(block);
}
void operator delete[](void* block, std::size_t) noexcept {
  wipe_and_free(block);
}
void operator delete(void* block, const std::nothrow_t&) noexcept {
  wipe_and_free(block);
}
void operator delete[](void* block, const std::nothrow_t&) noexcept {
  wipe_and_free(block);
}
void operator delete(void* block, std::align_val_t) noexcept {
  wipe_and_free(block);
}
void operator delete[](void* block, std::align_val_t) noexcept {
  wipe_and_free(block);
}
void operator delete(void* block, std::size_t, std::align_val_t) noexcept {
  wipe_and_free(block);
}
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept {
  wipe_and_free(block);
}
