# postroad_library(NAME GLOB PATTERN LINK TARGETS...): a static library of every .cpp file that
# matches the pattern in any depth; with no such file yet, only what it would link.
function(postroad_library name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "GLOB" "LINK;EXCLUDE")
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${arg_GLOB})
    foreach(excluded ${arg_EXCLUDE})
        list(FILTER sources EXCLUDE REGEX "^${CMAKE_SOURCE_DIR}/${excluded}")
    endforeach()
    if(sources)
        add_library(${name} STATIC ${sources})
        target_link_libraries(${name} PRIVATE postroad_options PUBLIC ${arg_LINK})
    else()
        add_library(${name} INTERFACE)
        target_link_libraries(${name} INTERFACE ${arg_LINK})
    endif()
endfunction()

# postroad_program(NAME SOURCES ... LINK ...): an executable of ours.
function(postroad_program name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE postroad_options ${arg_LINK})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
endfunction()
