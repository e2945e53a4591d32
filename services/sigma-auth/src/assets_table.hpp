// The seam between assets.cpp and what cmake/EmbedAssets.cmake generates. Nobody else includes this.
#pragma once
#include <cstddef>
#include <span>
#include <string_view>

namespace sigma::web {

/// A range of web_assets.bin; length 0: this form is not worth having.
struct Extent {
  std::size_t offset;
  std::size_t length;
};

struct EmbeddedFile {
  std::string_view path;
  std::string_view content_type;
  std::string_view tag;  ///< first 128 bits of SHA-256 of the bytes, base64url
  bool immutable;
  Extent identity;
  Extent gzip;
  Extent brotli;
};

/// Sorted by path (generated).
std::span<const EmbeddedFile> embedded_files();

}  // namespace sigma::web

// The packed bytes (web_assets.S).
extern "C" const char sigma_web_assets_begin[];
extern "C" const char sigma_web_assets_end[];
