# sigma_embed_migrations(TARGET sigma_store_sqlite FOLDER <dir with NNNN_name.sql> NAMESPACE sigma::store_sqlite)
#
# Compiles the migrations into TARGET as `<NAMESPACE>::kMigrations`, in order of version: a program carries its schema.
function(sigma_embed_migrations)
  cmake_parse_arguments(ARG "" "TARGET;FOLDER;NAMESPACE" "" ${ARGN})
  if(NOT TARGET ${ARG_TARGET})
    return()
  endif()
  file(GLOB files CONFIGURE_DEPENDS ${ARG_FOLDER}/[0-9][0-9][0-9][0-9]_*.sql)
  list(SORT files)
  list(LENGTH files count)
  set(rows "")
  foreach(file IN LISTS files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    get_filename_component(stem ${file} NAME_WE)
    string(REGEX REPLACE "^0*([0-9]+)_.*" "\\1" version ${stem})
    string(REGEX REPLACE "^[0-9]+_" "" name ${stem})
    file(READ ${file} text)
    string(APPEND rows "    {${version}, \"${name}\", R\"migration(${text})migration\"},\n")
  endforeach()
  set(source ${CMAKE_CURRENT_BINARY_DIR}/migrations.cpp)
  file(GENERATE OUTPUT ${source} CONTENT
"#include \"migrations.hpp\"

namespace ${ARG_NAMESPACE} {

static const store::sql::Migration kTable[] = {
${rows}};
const std::span<const store::sql::Migration> kMigrations(kTable);

}  // namespace ${ARG_NAMESPACE}
")
  target_sources(${ARG_TARGET} PRIVATE ${source})
endfunction()
