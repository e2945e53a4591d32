# Compiler settings and third-party packages shared by every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

set(SIGMA_SANITIZE "" CACHE STRING "Sanitizers for every target, e.g. address,undefined or thread")
option(SIGMA_FUZZ "Build the libFuzzer targets" OFF)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # A clang PCH embeds time stamps unless told otherwise (see sigma_pch), so ccache may be lenient about them.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      "CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime" ${CCACHE_PROGRAM})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS url)
find_package(OpenSSL 3 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBPQXX REQUIRED IMPORTED_TARGET libpqxx)
pkg_check_modules(LIBPQ REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(HIREDIS REQUIRED IMPORTED_TARGET hiredis)
pkg_check_modules(SECP256K1 REQUIRED IMPORTED_TARGET libsecp256k1)

add_compile_definitions(
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED BOOST_BEAST_USE_STD_STRING_VIEW
  JSON_USE_IMPLICIT_CONVERSIONS=0)

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror
                    -fstack-protector-strong -fPIE)
# What makes a bug harder to use; tests/deploy/hardening.test.mjs reads it from the binaries. Not -fcf-protection: Debian 12's
# start files carry no such mark, so the linker would drop it from every program.
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT SIGMA_SANITIZE)
  add_compile_options(-D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS -fstack-clash-protection)
endif()
# -fPIE by hand for libraries too: they end in programs only, and one precompiled header must fit all.
add_link_options(-pie -fuse-ld=lld -Wl,-z,relro,-z,now)

if(SIGMA_SANITIZE)
  add_compile_options(-fsanitize=${SIGMA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SIGMA_SANITIZE})
endif()
if(SIGMA_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
