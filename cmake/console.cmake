# The console: web/build.mjs makes its files, tools/embed_files.py puts them into a library.

find_program(NODE node)
if(NOT NODE)
  message(FATAL_ERROR "Node 20 or later is needed to build the console (./run and ./test get one)")
endif()
execute_process(COMMAND ${NODE} -p "parseInt(process.versions.node)" OUTPUT_VARIABLE node_version OUTPUT_STRIP_TRAILING_WHITESPACE)
if(node_version LESS 20)
  message(FATAL_ERROR "${NODE} is version ${node_version}; the console takes 20 or later (./run and ./test get one): -DNODE=/path/to/node")
endif()
if(NOT EXISTS ${PROJECT_SOURCE_DIR}/web/node_modules/.package-lock.json)
  message(FATAL_ERROR "What the console is built with is not installed: run `npm ci` in web/ (./run and ./test do it)")
endif()

# Sources, not what is made from them: src/api/schema.ts is written by build.mjs out of spec/http-api.yaml.
file(GLOB_RECURSE console_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/web/src/*)
list(REMOVE_ITEM console_sources ${PROJECT_SOURCE_DIR}/web/src/api/schema.ts)
set(console_dir ${PROJECT_BINARY_DIR}/console)
add_custom_command(
  OUTPUT ${console_dir}/files.cc
  COMMAND ${NODE} ${PROJECT_SOURCE_DIR}/web/build.mjs --out ${console_dir}/files
  COMMAND /usr/bin/python3 ${PROJECT_SOURCE_DIR}/tools/embed_files.py ${console_dir}/files ${console_dir}/files.cc
  DEPENDS ${console_sources} ${PROJECT_SOURCE_DIR}/web/index.html ${PROJECT_SOURCE_DIR}/web/build.mjs
    ${PROJECT_SOURCE_DIR}/web/theme.mjs ${PROJECT_SOURCE_DIR}/web/package-lock.json ${PROJECT_SOURCE_DIR}/spec/http-api.yaml
    ${PROJECT_SOURCE_DIR}/tools/embed_files.py
  COMMENT "Building the console" VERBATIM)
# Of a target of its own: as a part of the library alone it would wait until all that is linked to it is built.
add_custom_target(console DEPENDS ${console_dir}/files.cc)
add_library(halligan_console_files STATIC ${console_dir}/files.cc)
target_link_libraries(halligan_console_files PUBLIC halligan_in_console)
