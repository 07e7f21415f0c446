// Checks that need more than one record of a zone: what named-checkzone would say, and why.
#pragma once

#include "protocols/dns/zone.hpp"

namespace postroad::dns {

struct CheckedRecord {
    const Entry* entry = nullptr;
    bool rdata_ok = false;  // else `record.rdata` is empty, and only owner and type are known
    ZoneRecord record;
};

struct ZoneToCheck {
    const Name& origin;
    const MasterFile& file;
    const std::vector<CheckedRecord>& records;
    Problems& problems;  // added to
};
void check_zone(const ZoneToCheck& zone);

}  // namespace postroad::dns
