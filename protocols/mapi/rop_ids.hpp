// Remote operations by their numbers (MS-OXCROPS §2.2.2), and what all of them have in common.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocols/base/section.hpp"

namespace postroad::mapi {

enum class RopId : std::uint8_t {
    release = 0x01,
    open_folder = 0x02,
    open_message = 0x03,
    get_hierarchy_table = 0x04,
    get_contents_table = 0x05,
    create_message = 0x06,
    get_properties_specific = 0x07,
    get_properties_all = 0x08,
    get_properties_list = 0x09,
    set_properties = 0x0a,
    delete_properties = 0x0b,
    save_changes_message = 0x0c,
    remove_all_recipients = 0x0d,
    modify_recipients = 0x0e,
    read_recipients = 0x0f,
    set_message_read_flag = 0x11,
    set_columns = 0x12,
    sort_table = 0x13,
    restrict_table = 0x14,
    query_rows = 0x15,
    query_position = 0x17,
    seek_row = 0x18,
    create_folder = 0x1c,
    delete_folder = 0x1d,
    delete_messages = 0x1e,
    get_attachment_table = 0x21,
    open_attachment = 0x22,
    create_attachment = 0x23,
    save_changes_attachment = 0x25,
    get_receive_folder = 0x27,
    register_notification = 0x29,
    notify = 0x2a,
    open_stream = 0x2b,
    read_stream = 0x2c,
    write_stream = 0x2d,
    seek_stream = 0x2e,
    submit_message = 0x32,
    move_copy_messages = 0x33,
    transport_send = 0x4a,
    get_names_from_property_ids = 0x55,
    get_property_ids_from_names = 0x56,
    commit_stream = 0x5d,
    set_read_flags = 0x66,
    pending = 0x6e,
    logon = 0xfe,
    buffer_too_small = 0xff,
};

// MS-OXCDATA §2.4: what an operation comes to.
enum class RopError : std::uint32_t {
    none = 0,
    unknown_user = 0x000003eb,
    login_perm = 0x000003f2,
    wrong_server = 0x00000478,
    buffer_too_small = 0x0000047d,
    rpc_format = 0x000004b6,
    null_object = 0x000004b9,
    message_too_big = 0x000004d4,
    quota_exceeded = 0x000004d9,
    send_as_denied = 0x000004dc,
    too_many_objects = 0x000004de,
    destination_null = 0x00000503,
    too_many_recipients = 0x00000505,
    rejected = 0x000007ee,
    call_failed = 0x80004005,
    stream_access_denied = 0x80030005,
    stream_seek = 0x80030019,
    not_supported = 0x80040102,
    object_deleted = 0x8004010a,
    not_found = 0x8004010f,
    logon_failed = 0x80040111,
    too_complex = 0x80040117,
    computed = 0x8004011a,
    too_big = 0x80040305,
    duplicate_name = 0x80040604,
    not_initialized = 0x80040605,
    no_recipients = 0x80040607,
    ambiguous_recipient = 0x80040700,
    access_denied = 0x80070005,
    not_enough_memory = 0x8007000e,
    invalid_parameter = 0x80070057,
};
// "ecNotFound"; "ecNone" for success; the number where it has no name here.
std::string name_of(RopError error);

// What a student reads in a ladder.
struct RopRow {
    RopId id;
    std::string_view name;  // "RopOpenFolder"
    Section section;        // of MS-OXCROPS
    bool two_handles = false;
    bool answered = true;  // RopRelease is not
};
// The row of an operation, or of what a server says unasked; none for other numbers.
const RopRow* find_rop(RopId id);
std::string name_of(RopId id);  // "Rop 0x99" for those

}  // namespace postroad::mapi
