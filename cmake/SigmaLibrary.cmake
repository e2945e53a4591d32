# sigma_library(NAME oauth LAYER 4 [DEPS store jose] [LINK PkgConfig::X] [PRIVATE_LINK …])
#
# One static library `sigma::<name>` from libs/<name>/src/**.cpp with public headers in libs/<name>/include.
# A library may only depend on libraries of a lower LAYER; anything else stops the configure step.
# SAME_LAYER lists the exceptions that docs/architecture.md names.
function(sigma_library)
  cmake_parse_arguments(ARG "" "NAME;LAYER" "DEPS;SAME_LAYER;LINK;PRIVATE_LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/src/*.cpp)
  if(NOT sources)
    return()  # no sources yet
  endif()
  set(target sigma_${ARG_NAME})
  add_library(${target} STATIC ${sources})
  add_library(sigma::${ARG_NAME} ALIAS ${target})
  set_property(GLOBAL PROPERTY ${target}_LAYER ${ARG_LAYER})

  foreach(dep IN LISTS ARG_DEPS)
    get_property(layer GLOBAL PROPERTY sigma_${dep}_LAYER)
    if(layer STREQUAL "")
      message(FATAL_ERROR "sigma::${ARG_NAME} depends on sigma::${dep}, which is not defined before it.")
    endif()
    if(NOT layer LESS ARG_LAYER)
      message(FATAL_ERROR "sigma::${ARG_NAME} (layer ${ARG_LAYER}) may not depend on sigma::${dep} (layer ${layer}): arrows point down only.")
    endif()
    target_link_libraries(${target} PUBLIC sigma::${dep})
  endforeach()
  foreach(dep IN LISTS ARG_SAME_LAYER)
    target_link_libraries(${target} PUBLIC sigma::${dep})
  endforeach()

  target_include_directories(${target} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src)
  target_link_libraries(${target} PUBLIC Boost::headers Threads::Threads ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK})
  sigma_use_pch(${target})
endfunction()

# One precompiled header for everything: compiled once, reused by all.
function(sigma_define_pch)
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/pch.cpp CONTENT "")
  add_library(sigma_pch OBJECT ${CMAKE_BINARY_DIR}/pch.cpp)
  target_link_libraries(sigma_pch PUBLIC Boost::headers fmt::fmt spdlog::spdlog nlohmann_json::nlohmann_json Threads::Threads)
  target_compile_options(sigma_pch PUBLIC -fpch-instantiate-templates "SHELL:-Xclang -fno-pch-timestamp")
  target_precompile_headers(sigma_pch PRIVATE ${CMAKE_SOURCE_DIR}/cmake/pch.hpp)
endfunction()

function(sigma_use_pch target)
  target_link_libraries(${target} PRIVATE fmt::fmt spdlog::spdlog nlohmann_json::nlohmann_json)
  target_compile_options(${target} PRIVATE -fpch-instantiate-templates "SHELL:-Xclang -fno-pch-timestamp")
  target_precompile_headers(${target} REUSE_FROM sigma_pch)
endfunction()

# sigma_unit_test(NAME core [DEPS …]): tests/unit/<name>/*.cpp as one GoogleTest program, every test known to ctest.
function(sigma_unit_test)
  cmake_parse_arguments(ARG "" "NAME;FOLDER" "DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_FOLDER}/*.cpp)
  if(NOT sources)
    return()
  endif()
  set(target ${ARG_NAME})
  add_executable(${target} ${sources})
  foreach(dep IN LISTS ARG_DEPS)
    target_link_libraries(${target} PRIVATE sigma::${dep})
  endforeach()
  target_link_libraries(${target} PRIVATE GTest::gtest_main GTest::gmock)
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/tests/support)
  target_compile_definitions(${target} PRIVATE SIGMA_VECTORS_DIR="${CMAKE_SOURCE_DIR}/tests/vectors"
                                               SIGMA_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  sigma_use_pch(${target})
  add_test(NAME ${target} COMMAND ${target} --gtest_brief=1)
endfunction()
