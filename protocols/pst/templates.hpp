// The columns of the tables that every folder and message has (MS-PST §2.4.4.4.1, §2.4.4.5.1,
// §2.4.4.6.1, §2.4.5.3.1, §2.4.6.1.1, §2.4.8.6.2.1), in the order of their bits, which is that of
// Outlook: so an empty table is to the octet the one that Outlook makes.
#pragma once

#include <array>

#include "protocols/pst/nodes.hpp"

namespace postroad::pst::columns {

using mapi::PropertyTag;

inline constexpr std::array<PropertyTag, 13> hierarchy{tag::row_id,
                                                       tag::row_version,
                                                       mapi::tag::display_name,
                                                       mapi::tag::content_count,
                                                       mapi::tag::content_unread,
                                                       mapi::tag::subfolders,
                                                       0x0e300102,
                                                       0x0e330014,
                                                       0x0e340102,
                                                       0x0e380003,
                                                       mapi::tag::container_class,
                                                       0x66350003,
                                                       0x66360003};

inline constexpr std::array<PropertyTag, 28> contents{tag::row_id,
                                                      tag::row_version,
                                                      tag::status,
                                                      mapi::tag::message_class,
                                                      mapi::tag::flags,
                                                      mapi::tag::importance,
                                                      mapi::tag::sent_representing_name,
                                                      mapi::tag::subject,
                                                      mapi::tag::delivery_time,
                                                      mapi::tag::client_submit_time,
                                                      mapi::tag::size,
                                                      mapi::tag::display_to,
                                                      mapi::tag::display_cc,
                                                      0x0057000b,
                                                      0x0058000b,
                                                      0x00360003,
                                                      0x10970003,
                                                      0x0070001f,
                                                      0x00710102,
                                                      0x30130102,
                                                      0x65c60003,
                                                      tag::modification_time,
                                                      0x0e300102,
                                                      0x0e330014,
                                                      0x0e340102,
                                                      0x0e3d0102,
                                                      0x0e3c0102,
                                                      0x0e380003};

inline constexpr std::array<PropertyTag, 15> associated{tag::row_id,      tag::row_version,
                                                        tag::status,      mapi::tag::message_class,
                                                        mapi::tag::flags, mapi::tag::display_name,
                                                        0x70030003,       0x70040102,
                                                        0x70050102,       0x7006001f,
                                                        0x70070003,       0x6800001f,
                                                        0x6803000b,       0x68051003,
                                                        0x682f001f};

inline constexpr std::array<PropertyTag, 19> search_contents{tag::row_id,
                                                             tag::row_version,
                                                             0x67f10003,
                                                             0x0e05001f,
                                                             tag::status,
                                                             mapi::tag::message_class,
                                                             mapi::tag::flags,
                                                             mapi::tag::importance,
                                                             mapi::tag::sent_representing_name,
                                                             mapi::tag::subject,
                                                             mapi::tag::delivery_time,
                                                             mapi::tag::size,
                                                             mapi::tag::display_to,
                                                             mapi::tag::display_cc,
                                                             0x0057000b,
                                                             0x0058000b,
                                                             0x00360003,
                                                             0x0e2a000b,
                                                             tag::modification_time};

inline constexpr std::array<PropertyTag, 14> recipients{tag::row_id,
                                                        tag::row_version,
                                                        0x0e0f000b,
                                                        mapi::tag::address_type,
                                                        mapi::tag::email_address,
                                                        mapi::tag::entry_id,
                                                        mapi::tag::display_name,
                                                        mapi::tag::recipient_type,
                                                        tag::search_key,
                                                        tag::record_key,
                                                        mapi::tag::object_type,
                                                        0x39000003,
                                                        0x3a40000b,
                                                        0x39ff001f};

inline constexpr std::array<PropertyTag, 6> attachments{tag::row_id,
                                                        tag::row_version,
                                                        tag::rendering_position,
                                                        mapi::tag::attach_size,
                                                        mapi::tag::attach_method,
                                                        mapi::tag::attach_file_name};

// Which folder a message of a class goes to, and what is on its way out (§2.4.1).
inline constexpr std::array<PropertyTag, 4> receive_folders{tag::row_id, tag::row_version,
                                                            0x66050003, mapi::tag::message_class};
inline constexpr std::array<PropertyTag, 5> outgoing{tag::row_id, tag::row_version, 0x0e140003,
                                                     0x0e100003, mapi::tag::client_submit_time};

}  // namespace postroad::pst::columns
