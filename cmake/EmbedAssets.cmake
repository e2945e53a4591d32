# sigma_embed_web(NAME web_assets WEB <dir with package.json> SRC <dir with assets.cpp>)
#
# Builds the pages with npm and makes a static library sigma::<name> of them: Vite → tools/embed.mjs (compresses, writes the table)
# → one .incbin. Everything generated stays in the build tree; only node_modules lies beside the sources.
function(sigma_embed_web)
  cmake_parse_arguments(ARG "" "NAME;WEB;SRC" "" ${ARGN})
  find_program(NODE_EXECUTABLE node REQUIRED)
  find_program(NPM_EXECUTABLE npm REQUIRED)
  execute_process(COMMAND ${NODE_EXECUTABLE} --version OUTPUT_VARIABLE node_version OUTPUT_STRIP_TRAILING_WHITESPACE)
  string(REPLACE "v" "" node_version "${node_version}")
  if(node_version VERSION_LESS 20.19)
    message(FATAL_ERROR "Vite builds the pages with Node 20.19 or newer; ${NODE_EXECUTABLE} is ${node_version}.")
  endif()
  set(out ${CMAKE_CURRENT_BINARY_DIR}/web)
  file(MAKE_DIRECTORY ${out})

  file(GLOB_RECURSE pages CONFIGURE_DEPENDS ${ARG_WEB}/src/* ${ARG_WEB}/tools/* ${ARG_WEB}/*.html)
  list(FILTER pages EXCLUDE REGEX "/(node_modules|dist)/")
  set(setup ${ARG_WEB}/package.json ${ARG_WEB}/vite.config.ts ${ARG_WEB}/svelte.config.js ${ARG_WEB}/tsconfig.json)

  add_custom_command(
    OUTPUT ${out}/node_modules.stamp
    COMMAND ${CMAKE_COMMAND} -DWEB=${ARG_WEB} -DNPM=${NPM_EXECUTABLE} -DSTAMP=${out}/node_modules.stamp
            -P ${CMAKE_SOURCE_DIR}/cmake/InstallNodeModules.cmake
    DEPENDS ${ARG_WEB}/package-lock.json ${ARG_WEB}/.npmrc ${CMAKE_SOURCE_DIR}/cmake/InstallNodeModules.cmake
    COMMENT "Installing the pages' npm packages"
    VERBATIM)
  add_custom_command(
    OUTPUT ${out}/web_assets.cpp ${out}/web_assets.bin
    COMMAND ${NPM_EXECUTABLE} run --silent build -- --outDir ${out}/dist --emptyOutDir --logLevel warn
    COMMAND ${NODE_EXECUTABLE} tools/embed.mjs ${out}/dist ${out}
    WORKING_DIRECTORY ${ARG_WEB}
    DEPENDS ${out}/node_modules.stamp ${pages} ${setup}
    COMMENT "Building the pages"
    VERBATIM)

  sigma_pack_web_assets(NAME ${ARG_NAME} SRC ${ARG_SRC} OUT ${out})
endfunction()

# sigma_pack_web_assets(NAME web_assets SRC <dir with assets.cpp> OUT <dir with web_assets.cpp and .bin of embed.mjs>)
#
# The static library sigma::<name> of packed pages. One of them fits into a program.
function(sigma_pack_web_assets)
  cmake_parse_arguments(ARG "" "NAME;SRC;OUT" "" ${ARGN})
  set(target sigma_${ARG_NAME})
  set(out ${ARG_OUT})
  file(CONFIGURE OUTPUT ${out}/web_assets.S @ONLY CONTENT [[
    .section .rodata
    .balign 16
    .global sigma_web_assets_begin
    .global sigma_web_assets_end
sigma_web_assets_begin:
    .incbin "@out@/web_assets.bin"
sigma_web_assets_end:
    .byte 0
    .section .note.GNU-stack,"",@progbits
]])
  set_source_files_properties(${out}/web_assets.S PROPERTIES
    OBJECT_DEPENDS ${out}/web_assets.bin
    COMPILE_OPTIONS -Wno-unused-command-line-argument)

  add_library(${target} STATIC ${ARG_SRC}/assets.cpp ${out}/web_assets.cpp ${out}/web_assets.S)
  add_library(sigma::${ARG_NAME} ALIAS ${target})
  target_include_directories(${target} PUBLIC ${ARG_SRC})
  target_link_libraries(${target} PUBLIC sigma::http)
endfunction()
