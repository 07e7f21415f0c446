// What open POP3 maildrops keep in the World.
#pragma once

namespace postroad::sim {

struct MaildropTables {
    bool operator==(const MaildropTables&) const = default;
};

}  // namespace postroad::sim
