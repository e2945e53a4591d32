// Preloaded into a server under measurement (LD_PRELOAD): counts its allocations into the file that
// BENCH_ALLOCATIONS_FILE names, an array of 64-bit numbers, one a thread, whose sum is the count. A plain increment of
// a number that no other thread writes, so that counting costs what is measured next to nothing.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" {
// glibc's own, under the names that nobody replaces.
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace {

constexpr std::size_t kThreads = 512;
constexpr std::size_t kApart = 8;  // numbers: each thread has a cache line of its own

std::uint64_t* numbers = nullptr;
std::atomic<std::size_t> threads{0};
[[gnu::tls_model("initial-exec")]] thread_local std::uint64_t* own = nullptr;

[[gnu::constructor]] void open_file() {
  const char* path = std::getenv("BENCH_ALLOCATIONS_FILE");
  if (!path) return;
  constexpr std::size_t kBytes = kThreads * kApart * sizeof(std::uint64_t);
  const int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return;
  if (ftruncate(file, kBytes) == 0) {
    void* mapped = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (mapped != MAP_FAILED) numbers = static_cast<std::uint64_t*>(mapped);
  }
  close(file);
}

void count() {
  if (!numbers) return;
  if (!own) own = numbers + threads.fetch_add(1, std::memory_order_relaxed) % kThreads * kApart;
  ++*own;
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) {
  count();
  return __libc_malloc(size);
}

void* calloc(std::size_t number, std::size_t size) {
  count();
  return __libc_calloc(number, size);
}

void* realloc(void* old, std::size_t size) {
  count();
  return __libc_realloc(old, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  count();
  return __libc_memalign(alignment, size);
}

int posix_memalign(void** result, std::size_t alignment, std::size_t size) {
  count();
  *result = __libc_memalign(alignment, size);
  return *result ? 0 : ENOMEM;
}

}  // extern "C"
