# The command `postroad`, the benchmarks behind `postroad bench`, and their limit programs.
include(GNUInstallDirs)
find_package(CLI11 REQUIRED CONFIG)

postroad_library(postroad_bench_lib GLOB "bench/*.cpp" EXCLUDE bench/limit bench/rivals
    LINK postroad_sim)
postroad_library(postroad_command_lib GLOB "command/*.cpp" EXCLUDE "command/main\\.cpp$"
    LINK postroad_sim postroad_live postroad_bench_lib CLI11::CLI11 fmt::fmt)

if(POSTROAD_PRECOMPILE)
    target_precompile_headers(postroad_command_lib PRIVATE <CLI/App.hpp> sim/world/simulation.hpp)
endif()
if(EXISTS "${CMAKE_SOURCE_DIR}/command/main.cpp")
    postroad_program(postroad SOURCES command/main.cpp LINK postroad_command_lib)
    install(TARGETS postroad)
    install(DIRECTORY labs DESTINATION ${CMAKE_INSTALL_DATADIR}/postroad OPTIONAL)
    if(SKBUILD) # the wheel has the command and the labs too: bin/postroad and share/postroad
        install(TARGETS postroad RUNTIME DESTINATION ${SKBUILD_SCRIPTS_DIR} COMPONENT wheel)
        install(DIRECTORY labs DESTINATION ${SKBUILD_DATA_DIR}/share/postroad COMPONENT wheel)
    endif()
endif()
# The command once more, its live edge with the thread sanitizer: the only part where a thread could
# ever meet another one. Whole objects, so that none comes out of the library without it.
if(POSTROAD_OTHER_BUILDS AND POSTROAD_TESTS)
    file(GLOB live_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/sim/live/*.cpp)
    postroad_program(postroad_tsan SOURCES command/main.cpp ${live_sources} LINK postroad_command_lib)
    # g++'s knows no fences, of which Asio has some around what one thread does anyway.
    target_compile_options(postroad_tsan PRIVATE -fsanitize=thread
        $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
    target_link_options(postroad_tsan PRIVATE -fsanitize=thread)
    set_target_properties(postroad_tsan PROPERTIES EXCLUDE_FROM_ALL ON OUTPUT_NAME postroad
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tsan)
endif()
# Where the labs are: beside the sources in a clone, under share/ once installed. Only the files that
# ask are compiled with it, so that a second build folder can share all others by ccache.
set_source_files_properties(
    command/io.cpp command/bench.cpp command/command.cpp command/view.cpp PROPERTIES COMPILE_DEFINITIONS
    "POSTROAD_VERSION=\"${PROJECT_VERSION}\";POSTROAD_SOURCE_DIR=\"${CMAKE_SOURCE_DIR}\";\
POSTROAD_BUILD_DIR=\"${CMAKE_BINARY_DIR}\";\
POSTROAD_DATA_DIR=\"${CMAKE_INSTALL_FULL_DATADIR}/postroad\"")
get_target_property(kind postroad_command_lib TYPE)
if(kind STREQUAL "STATIC_LIBRARY")
    target_link_libraries(postroad_command_lib PUBLIC postroad_view_options) # words, nothing that draws
endif()

# The upper bounds that the benchmarks are measured against; built when asked for.
foreach(limit simulator_limit event_core_limit)
    if(EXISTS "${CMAKE_SOURCE_DIR}/bench/limit/${limit}.cpp")
        add_executable(${limit} EXCLUDE_FROM_ALL bench/limit/${limit}.cpp)
        set_target_properties(${limit} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
        target_compile_options(${limit} PRIVATE -w)
        target_link_libraries(${limit} PRIVATE Threads::Threads)
    endif()
endforeach()
