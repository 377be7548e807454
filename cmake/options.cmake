# Build options and the interface target `rollcall_options` that every target of ours links.
option(BUILD_TESTING "Build the tests and benchmarks, which need libraries of their own" ON)
option(ROLLCALL_BENCHMARKS "Build the micro benchmarks" OFF)
option(ROLLCALL_WERROR "Take warnings for errors: not where users build, with newer compilers" ON)
option(ROLLCALL_FUZZ "Offer the fuzz targets, which need clang" OFF)
set(ROLLCALL_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them: address,undefined or thread")

find_program(CCACHE ccache)
if(CCACHE)
  # PCH and ccache agree only with these; without them every compile is a miss.
  set(sloppiness pch_defines,time_macros,include_file_mtime,include_file_ctime)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=${sloppiness} ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(rollcall_options INTERFACE)
target_include_directories(rollcall_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_features(rollcall_options INTERFACE cxx_std_20)
target_compile_options(rollcall_options INTERFACE
  -Wall -Wextra -Wpedantic -Wnon-virtual-dtor -Woverloaded-virtual $<$<BOOL:${ROLLCALL_WERROR}>:-Werror>
  -fno-omit-frame-pointer $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>
  # Clang does not know GCC's warnings, and warns of what GCC 12's library declares deprecated and uses itself.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-unknown-warning-option -Wno-deprecated-declarations>)
if(NOT CMAKE_UNITY_BUILD) # there a name of one file shadows that of a neighbour which it has never heard of
  target_compile_options(rollcall_options INTERFACE -Wshadow)
endif()
if(ROLLCALL_SANITIZE)
  target_compile_options(rollcall_options INTERFACE -fsanitize=${ROLLCALL_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(rollcall_options INTERFACE -fsanitize=${ROLLCALL_SANITIZE})
  # From Debian 13 on Abseil's hash tables have another layout under a sanitizer, and those in Debian's library were
  # compiled without one.
  target_compile_definitions(rollcall_options INTERFACE NDEBUG_SANITIZER)
  if(ROLLCALL_SANITIZE MATCHES undefined)
    # CAF 0.17.6 binds a reference to the absent arguments of a spawned lambda, in a header of its own. What reads
    # through a null pointer still ends the process.
    target_compile_options(rollcall_options INTERFACE -fno-sanitize=null)
  endif()
  if(ROLLCALL_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # Asio's fences, which ThreadSanitizer cannot model; GCC warns of each.
    target_compile_options(rollcall_options INTERFACE -Wno-tsan)
  endif()
endif()

# rollcall_layer(NAME [LINKS target...] [PCH header...] [ALONE file...]): a folder's sources as library rollcall_NAME.
# ALONE: files whose anonymous names clash with a neighbour's where a preset compiles many files as one.
function(rollcall_layer name)
  cmake_parse_arguments(ARG "" "" "LINKS;PCH;ALONE" ${ARGN})
  set_source_files_properties(${ARG_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(sources)
    add_library(rollcall_${name} STATIC ${sources})
    target_link_libraries(rollcall_${name} PUBLIC rollcall_options ${ARG_LINKS})
    if(ARG_PCH)
      target_precompile_headers(rollcall_${name} PRIVATE ${ARG_PCH})
    endif()
  else()
    add_library(rollcall_${name} INTERFACE)
    target_link_libraries(rollcall_${name} INTERFACE rollcall_options ${ARG_LINKS})
  endif()
endfunction()
