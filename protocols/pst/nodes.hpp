// The nodes and properties that every file has (MS-PST §2.4.1, §2.7), and what Outlook calls them.
#pragma once

#include "protocols/pst/store.hpp"

namespace postroad::pst {

namespace node {  // §2.4.1, and what §2.7.1 adds
inline constexpr NodeId message_store = 0x21, name_to_id_map = 0x61, root_folder = 0x122,
                        search_queue = 0x1e1, search_activity = 0x201, search_domain = 0x261,
                        receive_folders = 0x62b, outgoing = 0x64c, hierarchy_template = 0x60d,
                        contents_template = 0x60e, associated_template = 0x60f,
                        search_contents_template = 0x610, attachment_table = 0x671,
                        recipient_table = 0x692, spam_search = 0x2223, top = 0x8022,
                        search_root = 0x8042, wastebasket = 0x8062;
}  // namespace node

namespace tag {
using mapi::PropertyTag;
inline constexpr PropertyTag bucket_count = 0x00010003, guid_stream = 0x00020102,
                             entry_stream = 0x00030102, string_stream = 0x00040102,
                             creation_time = 0x30070040, modification_time = 0x30080040,
                             search_key = 0x300b0102, status = 0x0e170003, display_bcc = 0x0e02001f,
                             attach_object = 0x3701000d, rendering_position = 0x370b0003,
                             record_key = 0x0ff90102, top_entry_id = 0x35e00102,
                             wastebasket_entry_id = 0x35e30102, finder_entry_id = 0x35e70102,
                             valid_folder_mask = 0x35df0003, version_history = 0x0e340102,
                             replication_flags = 0x0e380003, password = 0x67ff0003,
                             row_id = 0x67f20003, row_version = 0x67f30003;
}  // namespace tag

}  // namespace postroad::pst
