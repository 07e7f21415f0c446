// Interfaces as their documents number them. The first ones are what mail needs; the others come
// with the same open range.
#include "protocols/rpc/services.hpp"

#include <array>

namespace postroad::rpc {
namespace {

constexpr std::array<KnownService, 21> table{{
    {"endpoint-mapper",
     {"e1af8308-5d1f-11c9-91a4-08002b14a0fa", 3, 0},
     "epmapper",
     "",
     "\\pipe\\epmapper",
     "C706 appendix O",
     "list every registered interface with its port, without logging in",
     true},
    {"management",
     {"afa8bd80-7d8a-11c9-bef4-08002b102989", 1, 0},
     "mgmt",
     "",
     "",
     "C706 appendix Q",
     "ask any RPC server which interfaces it has and who it runs as",
     true},
    {"store",
     {"a4f1db00-ca47-1067-b31f-00dd010662da", 0, 81},
     "EMSMDB",
     "Microsoft Exchange Information Store",
     "",
     "MS-OXCRPC",
     "open mailboxes and read, write and send mail as the user who logs in",
     true},
    {"store-async",
     {"5261574a-4572-206e-b268-6b199213b4e4", 0, 1},
     "AsyncEMSMDB",
     "Microsoft Exchange Information Store",
     "",
     "MS-OXCRPC",
     "wait for news about a mailbox in a call that stays open",
     true},
    {"directory",
     {"f5cc5a18-4264-101a-8c59-08002b2f8426", 56, 0},
     "NSPI",
     "MS NT Directory NSP Interface",
     "",
     "MS-OXNSPI",
     "search the address book, which is to say the whole staff",
     true},
    {"referral",
     {"1544f5e0-613c-11d1-93df-00c04fd7bd09", 1, 0},
     "RFRI",
     "MS Exchange Directory RFR Interface",
     "",
     "MS-OXABREF",
     "learn which server has the address book and which one a mailbox",
     true},
    {"service-control",
     {"367abb81-9844-35f1-ad32-98f038001003", 2, 0},
     "svcctl",
     "",
     "\\pipe\\svcctl",
     "MS-SCMR",
     "list, start, stop and install services: an administrator's password runs any program here"},
    {"task-scheduler",
     {"86d35949-83c9-4044-b424-db363231fd0c", 1, 0},
     "ITaskSchedulerService",
     "",
     "\\pipe\\atsvc",
     "MS-TSCH",
     "register tasks: an administrator's password runs any program here"},
    {"task-scheduler-at",
     {"1ff70682-0a51-30e8-076d-740be8cee98b", 1, 0},
     "atsvc",
     "",
     "\\pipe\\atsvc",
     "MS-TSCH",
     "schedule commands for an hour of the day, with the system's rights"},
    {"event-log",
     {"f6beaff7-1e19-4fbb-9f8f-b89e2018337c", 1, 0},
     "IEventService",
     "Event log TCPIP",
     "\\pipe\\eventlog",
     "MS-EVEN6",
     "read what the server has logged: names of users, hosts and programs; and clear it"},
    {"event-log-old",
     {"82273fdc-e32a-18c3-3f78-827929dc23ea", 0, 0},
     "eventlog",
     "",
     "\\pipe\\eventlog",
     "MS-EVEN",
     "read the server's old event logs, and clear them"},
    {"replication",
     {"e3514235-4b06-11d1-ab04-00c04fc2dcd2", 4, 0},
     "drsuapi",
     "MS NT Directory DRS Interface",
     "",
     "MS-DRSR",
     "copy the directory as a domain controller does, everyone's password hashes included"},
    {"accounts",
     {"12345778-1234-abcd-ef00-0123456789ac", 1, 0},
     "samr",
     "",
     "\\pipe\\samr",
     "MS-SAMR",
     "list users and groups, and change passwords"},
    {"local-security",
     {"12345778-1234-abcd-ef00-0123456789ab", 0, 0},
     "lsarpc",
     "",
     "\\pipe\\lsarpc",
     "MS-LSAD",
     "turn names into security identifiers and read the policy"},
    {"netlogon",
     {"12345678-1234-abcd-ef00-01234567cffb", 1, 0},
     "logon",
     "",
     "\\pipe\\netlogon",
     "MS-NRPC",
     "check log-ins for the domain's computers; a flaw here once gave the domain away"},
    {"print",
     {"12345678-1234-abcd-ef00-0123456789ab", 1, 0},
     "winspool",
     "",
     "\\pipe\\spoolss",
     "MS-RPRN",
     "print, install printer drivers, and make the server log in to a host of one's choice"},
    {"print-async",
     {"76f03f96-cdfd-44fc-a22c-64950a001209", 1, 0},
     "IRemoteWinspool",
     "",
     "",
     "MS-PAR",
     "print and install printer drivers over TCP"},
    {"registry",
     {"338cd001-2244-31f1-aaaa-900038001003", 1, 0},
     "winreg",
     "",
     "\\pipe\\winreg",
     "MS-RRP",
     "read and write the registry, as far as its rights go"},
    {"server",
     {"4b324fc8-1670-01d3-1278-5a47bf6ee188", 3, 0},
     "srvsvc",
     "",
     "\\pipe\\srvsvc",
     "MS-SRVS",
     "list shares, sessions and the time"},
    {"workstation",
     {"6bffd098-a112-3610-9833-46c3f87e345a", 1, 0},
     "wkssvc",
     "",
     "\\pipe\\wkssvc",
     "MS-WKST",
     "list who is logged in, and join the computer to another domain"},
    {"objects",
     {"4d9f4ab8-7d1c-11cf-861e-0020af6e7c57", 0, 0},
     "IActivation",
     "",
     "",
     "MS-DCOM",
     "start objects of programs that are installed here, at a port of their own"},
}};

}  // namespace

std::span<const KnownService> known_services() { return table; }

const KnownService* find_service(std::string_view word) {
    for (const KnownService& one : table)
        if (one.word == word) return &one;
    return nullptr;
}

const KnownService* find_service(const Syntax& interface) {
    for (const KnownService& one : table)
        if (one.interface.uuid == interface.uuid && one.interface.major == interface.major)
            return &one;
    return nullptr;
}

std::string word_of(const Syntax& interface) {
    const KnownService* const known = find_service(interface);
    return known == nullptr ? to_string(interface.uuid) : std::string(known->word);
}

std::string describe_service(const Syntax& interface) {
    const KnownService* const known = find_service(interface);
    std::string out =
        known == nullptr ? std::string("an interface that is not known here") : word_of(interface);
    out += " (" + to_string(interface) + ")";
    if (known != nullptr) out += ": " + std::string(known->can);
    return out;
}

}  // namespace postroad::rpc
