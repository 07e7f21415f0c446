// The names of what operations come to, as MS-OXCDATA §2.4 has them.
#include "protocols/mapi/rop_ids.hpp"

#include <array>

namespace postroad::mapi {
namespace {

struct Named {
    RopError error;
    std::string_view name;
};
constexpr std::array names{Named{RopError::none, "ecNone"},
                           Named{RopError::unknown_user, "ecUnknownUser"},
                           Named{RopError::login_perm, "ecLoginPerm"},
                           Named{RopError::wrong_server, "ecWrongServer"},
                           Named{RopError::buffer_too_small, "ecBufferTooSmall"},
                           Named{RopError::rpc_format, "ecRpcFormat"},
                           Named{RopError::null_object, "ecNullObject"},
                           Named{RopError::message_too_big, "ecMessageTooBig"},
                           Named{RopError::quota_exceeded, "ecQuotaExceeded"},
                           Named{RopError::send_as_denied, "ecSendAsDenied"},
                           Named{RopError::too_many_objects, "ecMaxObjsExceeded"},
                           Named{RopError::destination_null, "ecDstNullObject"},
                           Named{RopError::too_many_recipients, "ecTooManyRecips"},
                           Named{RopError::rejected, "ecRejected"},
                           Named{RopError::call_failed, "ecError"},
                           Named{RopError::stream_access_denied, "StreamAccessDenied"},
                           Named{RopError::stream_seek, "StreamSeekError"},
                           Named{RopError::not_supported, "ecNotSupported"},
                           Named{RopError::object_deleted, "ecObjectDeleted"},
                           Named{RopError::not_found, "ecNotFound"},
                           Named{RopError::logon_failed, "ecLoginFailure"},
                           Named{RopError::too_complex, "ecTooComplex"},
                           Named{RopError::computed, "ecComputed"},
                           Named{RopError::too_big, "ecTooBig"},
                           Named{RopError::duplicate_name, "ecDuplicateName"},
                           Named{RopError::not_initialized, "ecNotInitialized"},
                           Named{RopError::no_recipients, "NoRecipients"},
                           Named{RopError::ambiguous_recipient, "ecAmbiguousRecip"},
                           Named{RopError::access_denied, "ecAccessDenied"},
                           Named{RopError::not_enough_memory, "ecMAPIOOM"},
                           Named{RopError::invalid_parameter, "ecInvalidParam"}};

}  // namespace

std::string name_of(RopError error) {
    for (const Named& one : names)
        if (one.error == error) return std::string(one.name);
    std::string out = "0x";
    for (int shift = 28; shift >= 0; shift -= 4)
        out += "0123456789abcdef"[static_cast<std::uint32_t>(error) >> shift & 15U];
    return out;
}

}  // namespace postroad::mapi
