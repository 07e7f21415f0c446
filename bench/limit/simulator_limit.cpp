// How fast recorded SMTP sessions can be simulated at all: a prototype with nothing but the hot
// path, which `postroad bench smtp` runs beside Postroad as the upper bound.
//
// Real SMTP bytes parsed by state machines, a generator per node, (time, source, counter) keys,
// a wheel of array buckets with batched prefetch of event, node, endpoint and payload, transcripts,
// optionally TCP segments and a capture; partitions run in windows of the least latency.
//
// usage: simulator_limit X|T|L PAIRS MESSAGES_PER_PAIR PARTITIONS none|recycle|keep|file [hash]
//   X  11 exchanges a message, so 22 deliveries
//   T  TCP segments, service events, RTO and delayed-ACK timers, checksums, pcap
//   L  T, and a departure event at the link for each segment
// build: the CMake target simulator_limit. `file` writes proto.N.out (N is the partition) into the
// current folder. NOPF in the environment turns the prefetch off, which pays below 1,000 pairs.
//
// Terse on purpose, like the arithmetic it measures; nothing of Postroad includes it.
#include <algorithm>
#include <barrier>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>
using u64 = uint64_t;
using u32 = uint32_t;
using u16 = uint16_t;
using u8 = uint8_t;
using i32 = int32_t;
static double now_(clockid_t c) {
    timespec t;
    clock_gettime(c, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}
enum { SEG, APP, RTO, DACK, START, DEP };
enum { SYN = 2, ACK = 16, FIN = 1, PSH = 8 };
static char MODE = 'X';
static u32 M = 100, K = 100, P = 1;
static char STORE = 'r';
static bool HASH = false;
static constexpr u64 LAT = 10000000, JIT = 1000000, RTOV = 1000000000, DACKV = 40000000;
struct alignas(64) Ev {
    u64 t, k;
    u32 nx, dst, ep, gen;
    u8 type, fl;
    u16 len;
    u32 seq, ack, pad;
    u8* data;
    u16 sport, dport;
    u32 src;
};
static_assert(sizeof(Ev) == 64);
struct E {
    u64 t, k;
    u32 s;
};
static inline bool lt(const E& a, const E& b) {
    return (((unsigned __int128)a.t << 64) | a.k) < (((unsigned __int128)b.t << 64) | b.k);
}
struct Heap {
    std::vector<E> b;
    size_t size() const { return b.size(); }
    E& top() { return b[0]; }
    void push(E e) {
        size_t i = b.size();
        b.push_back(e);
        while (i) {
            size_t p = (i - 1) >> 2;
            if (!lt(e, b[p])) break;
            b[i] = b[p];
            i = p;
        }
        b[i] = e;
    }
    E pop() {
        E r = b[0], l = b.back();
        b.pop_back();
        size_t n = b.size();
        if (n) {
            size_t i = 0;
            for (;;) {
                size_t c = 4 * i + 1;
                if (c >= n) break;
                size_t m = c, e = std::min(c + 4, n);
                for (size_t j = c + 1; j < e; j++)
                    if (lt(b[j], b[m])) m = j;
                if (!lt(b[m], l)) break;
                b[i] = b[m];
                i = m;
            }
            b[i] = l;
        }
        return r;
    }
};
static void* bigalloc(size_t n) {
    n = (n + (2 << 20) - 1) & ~(size_t)((2 << 20) - 1);
    u8* r = (u8*)mmap(0, n + (2 << 20), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    u8* a = (u8*)(((uintptr_t)r + (2 << 20) - 1) & ~(uintptr_t)((2 << 20) - 1));
    madvise(a, n, MADV_HUGEPAGE);
    return a;
}
template <class T> struct Slab { // chunked, LIFO free list -> hot reuse
    std::vector<T*> fr;
    T* cur = nullptr;
    size_t left = 0;
    T* get() {
        if (!fr.empty()) {
            T* x = fr.back();
            fr.pop_back();
            return x;
        }
        if (!left) {
            left = (4 << 20) / sizeof(T);
            cur = (T*)bigalloc(left * sizeof(T));
        }
        left--;
        return cur++;
    }
    void put(T* x) { fr.push_back(x); }
};
struct Small {
    u8 b[128];
};
struct Large {
    u8 b[2048];
};
struct Wheel {
    static constexpr size_t NB = 1 << 14;
    Heap near, far;
    Ev* ev;
    u32 fh = ~0u, hw = 0, cap;
    std::vector<std::vector<E>> bk;
    std::vector<u64> bm, bm2;
    int sh;
    void (*pf)(void*, std::vector<E>&, int) = nullptr;
    void* pfa = nullptr;
    u64 cb = 0;
    size_t n = 0;
    void init(u32 expect, u32 capn) {
        cap = capn;
        ev = (Ev*)bigalloc((size_t)cap * 64);
        bk.resize(NB);
        bm.assign(NB / 64, 0);
        bm2.assign((NB + 4095) / 4096, 0);
        double wid = std::max((getenv("BW") ? atof(getenv("BW")) : 16.0) * LAT / expect,
                              2.0 * (LAT + JIT) / NB * 2);
        sh = 0;
        while ((1ull << sh) < wid) sh++;
    }
    u32 al() {
        if (fh != ~0u) {
            u32 x = fh;
            fh = ev[x].nx;
            return x;
        }
        if (hw >= cap) {
            fprintf(stderr, "pool\n");
            abort();
        }
        return hw++;
    }
    void fre(u32 x) {
        ev[x].nx = fh;
        fh = x;
    }
    void place(u32 x) {
        u64 t = ev[x].t, b = t >> sh;
        if (b <= cb)
            near.push({t, ev[x].k, x});
        else if (b - cb < NB) {
            size_t s = b & (NB - 1);
            bk[s].push_back({t, ev[x].k, x});
            bm[s >> 6] |= 1ull << (s & 63);
            bm2[s >> 12] |= 1ull << ((s >> 6) & 63);
        } else
            far.push({t, ev[x].k, x});
    }
    void push(const Ev& e) {
        u32 x = al();
        ev[x] = e;
        n++;
        place(x);
    }
    void adv() {
        size_t s = (cb + 1) & (NB - 1), w = s >> 6, t = 0;
        u64 m = bm[w] & (~0ull << (s & 63));
        bool f = true;
        if (m)
            t = (w << 6) + __builtin_ctzll(m);
        else {
            size_t w2 = w >> 6, bit = (w & 63) + 1, k = 0;
            u64 m2 = bit < 64 ? bm2[w2] & (~0ull << bit) : 0;
            while (!m2 && k <= bm2.size()) {
                w2 = (w2 + 1) % bm2.size();
                m2 = bm2[w2];
                k++;
            }
            if (!m2)
                f = false;
            else {
                size_t ww = (w2 << 6) + __builtin_ctzll(m2);
                t = (ww << 6) + __builtin_ctzll(bm[ww]);
            }
        }
        if (f) {
            cb = cb + 1 + ((t - s) & (NB - 1));
            auto& B = bk[t];
            if (pf) {
                for (auto& e : B) {
                    __builtin_prefetch(&ev[e.s]);
                }
                for (int ph = 0; ph < 2; ph++) pf(pfa, B, ph);
            }
            bm[t >> 6] &= ~(1ull << (t & 63));
            if (!bm[t >> 6]) bm2[t >> 12] &= ~(1ull << ((t >> 6) & 63));
            for (auto& e : B) near.push(e);
            B.clear();
        } else
            cb = far.top().t >> sh;
        while (far.size() && (far.top().t >> sh) - cb < NB) {
            E e = far.pop();
            place(e.s);
        }
    }
    bool peek(u64& t) {
        if (!n) return false;
        while (!near.size()) adv();
        t = near.top().t;
        return true;
    }
    u32 pop() {
        while (!near.size()) adv();
        n--;
        return near.pop().s;
    }
};
struct alignas(64) Ep {
    u32 node, peer;
    u16 lport, rport;
    u8 srv, app, fin, data;
    u32 gen;
    u32 snxt, suna, rnxt;
    u64 rto, dack, last;
    u8 rarm, darm, need, lb;
    u32 msg;
    u8 st[8];
    u8 buf[120];
    u8* pend;
    u16 plen;
    u32 id;
};
struct Node {
    u64 rng;
    u32 seq, sent, acc;
    u16 port;
    u8 nep;
    u32 ep[4];
    u32 peer;
    u64 h;
    u64 nicfree;
};
static std::vector<Node> nodes;
static std::string tmpl;
struct Rec {
    u64 t;
    u32 node, peer;
    u32 seq;
    u16 len;
    u16 fl;
};
struct Part {
    u32 id;
    Wheel q;
    Slab<Small> ss;
    Slab<Large> ls;
    std::vector<Ep*> eps;
    std::vector<u32> fe;
    Slab<Ep> epslab;
    std::vector<std::vector<Ev>> out;
    u64 now = 0, nev = 0, msgs = 0, bytes = 0, errs = 0;
    u8* ar = nullptr;
    size_t ao = 0, acap = 0;
    int fd = -1;
    u8* mb = nullptr;
    size_t mo = 0;
    u64 endt = 0;
    u8* put(size_t n) {
        bytes += n;
        if (ao + n > acap) roll();
        u8* p = ar + ao;
        ao += n;
        return p;
    }
    void roll() {
        if (!ar) {
            acap = 1 << 20;
            ar = (u8*)bigalloc(acap);
            ao = 0;
            return;
        }
        if (STORE == 'f') {
            if (write(fd, ar, ao) < 0) abort();
            ao = 0;
        } else if (STORE == 'k') {
            acap = 64 << 20;
            ar = (u8*)bigalloc(acap);
            ao = 0;
        } else
            ao = 0;
    }
    u32 newep() {
        u32 i;
        if (!fe.empty()) {
            i = fe.back();
            fe.pop_back();
        } else {
            i = eps.size();
            Ep* e = epslab.get();
            memset(e, 0, sizeof *e);
            e->id = i;
            eps.push_back(e);
        }
        return i;
    }
};
static void pfn(void* a, std::vector<E>& B, int ph) {
    Part& p = *(Part*)a;
    for (auto& e : B) {
        Ev& v = p.q.ev[e.s];
        if (ph == 0) {
            const char* n = (const char*)&nodes[v.dst];
            __builtin_prefetch(n);
            __builtin_prefetch(n + 64);
            if (v.data) {
                __builtin_prefetch(v.data);
                if (v.len > 64) __builtin_prefetch(v.data + 64);
            }
            if (v.type == RTO || v.type == DACK || v.type == APP) __builtin_prefetch(&p.eps[v.ep]);
        } else {
            Node& n = nodes[v.dst];
            for (int i = 0; i < n.nep; i++) {
                char* q = (char*)p.eps[n.ep[i]];
                __builtin_prefetch(q);
                __builtin_prefetch(q + 64);
                __builtin_prefetch(q + 128);
            }
        }
    }
}
static std::vector<Part> parts;
static inline u32 pof(u32 n) { return n % P; }
static inline u64 rnd(Node& n) {
    u64 z = (n.rng += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}
static inline u8* cat(u8* p, const char* s, size_t n) {
    memcpy(p, s, n);
    return p + n;
}
#define CAT(p, s) p = cat(p, s, sizeof(s) - 1)
static inline u8* num(u8* p, u32 v) {
    char t[12];
    int i = 12;
    do {
        t[--i] = '0' + v % 10;
        v /= 10;
    } while (v);
    return cat(p, t + i, 12 - i);
}
static u64 h64(const u8* p, size_t n, u64 h) {
    while (n >= 8) {
        u64 x;
        memcpy(&x, p, 8);
        h = (h ^ x) * 0x9E3779B97F4A7C15ull;
        h ^= h >> 29;
        p += 8;
        n -= 8;
    }
    while (n--) {
        h = (h ^ *p++) * 0x100000001b3ull;
    }
    return h;
}
static inline u64 csum(const u8* p, size_t n) {
    u64 s = 0;
    while (n >= 4) {
        u32 x;
        memcpy(&x, p, 4);
        s += x;
        p += 4;
        n -= 4;
    }
    u32 x = 0;
    memcpy(&x, p, n);
    return s + x;
}
static inline u16 fold(u64 s) {
    s = (s & 0xffffffff) + (s >> 32);
    s = (s & 0xffffffff) + (s >> 32);
    s = (s & 0xffff) + (s >> 16);
    s = (s & 0xffff) + (s >> 16);
    return ~s;
}
static void schedule(Part& p, Ev& e) {
    u32 d = pof(e.dst);
    if (d == p.id)
        p.q.push(e);
    else
        p.out[d].push_back(e);
}
static inline void timer(Part& p, Ep& ep, u8 ty, u64 t) {
    Node& n = nodes[ep.node];
    Ev e{};
    e.t = t;
    e.k = ((u64)ep.node << 32) | n.seq++;
    e.dst = ep.node;
    e.ep = ep.id;
    e.gen = ep.gen;
    e.type = ty;
    p.q.push(e);
}
static void capture(Part& p, u64 t, u32 s, u32 d, u16 sp, u16 dp, u32 seq, u32 ack, u8 fl,
                    const u8* pl, size_t len) { // pcap record + IPv4 + TCP, both checksums
    u8* c = p.put(56 + len);
    u32 h[4] = {(u32)(t / 1000000000), (u32)(t % 1000000000), (u32)(40 + len), (u32)(40 + len)};
    memcpy(c, h, 16);
    u8* ip = c + 16;
    u32 w[10] = {__builtin_bswap32(0x45000000u | (40 + len)),
                 0,
                 __builtin_bswap32(0x40060000u),
                 __builtin_bswap32(0x0a000000 | s),
                 __builtin_bswap32(0x0a000000 | d),
                 __builtin_bswap32(((u32)sp << 16) | dp),
                 __builtin_bswap32(seq),
                 __builtin_bswap32(ack),
                 __builtin_bswap32(0x50000000u | ((u32)fl << 16) | 65535),
                 0};
    memcpy(ip, w, 40);
    memcpy(ip + 40, pl, len);
    u16 k = fold(csum(ip, 20));
    memcpy(ip + 10, &k, 2);
    k = fold(csum(ip + 12, 28 + len) + __builtin_bswap16(6) + __builtin_bswap16(20 + len));
    memcpy(ip + 36, &k, 2);
}
static void xmit(Part& p, Ep& ep, u8 fl, u8* d, u16 len) {
    Node& n = nodes[ep.node];
    u64 lat = LAT + rnd(n) % JIT;
    u64 dep = p.now;
    if (MODE != 'X') {
        dep = std::max(p.now, n.nicfree);
        n.nicfree = dep + (len + 58) * 8;
        dep = n.nicfree;
    }
    u64 t = std::max(dep + lat, ep.last + 1);
    ep.last = t;
    Ev e{};
    e.t = t;
    e.k = ((u64)ep.node << 32) | n.seq++;
    e.dst = ep.peer;
    e.src = ep.node;
    e.sport = ep.lport;
    e.dport = ep.rport;
    e.type = SEG;
    e.fl = fl;
    e.len = len;
    e.data = d;
    e.seq = ep.snxt;
    e.ack = ep.rnxt;
    if (STORE != 'n') {
        Rec r{p.now, ep.node, ep.peer, ep.snxt, len, fl};
        u8* a = p.put(sizeof r + len);
        memcpy(a, &r, sizeof r);
        memcpy(a + sizeof r, d, len);
        if (HASH) n.h = h64(a, sizeof r + len, n.h);
        if (MODE != 'X' && ep.srv)
            capture(p, p.now, ep.node, ep.peer, ep.lport, ep.rport, e.seq, e.ack, fl, d, len);
    }
    if (MODE != 'X') {
        ep.snxt += len + ((fl & (SYN | FIN)) ? 1 : 0);
        ep.need = 0;
        if (len || (fl & (SYN | FIN))) {
            ep.rto = p.now + RTOV;
            if (!ep.rarm) {
                ep.rarm = 1;
                timer(p, ep, RTO, ep.rto);
            }
        }
        if (MODE == 'L') timer(p, ep, DEP, dep);
    }
    schedule(p, e);
}
static u8* sm(Part& p) { return (u8*)p.ss.get(); }
static void csend(Part& p, Ep& e) {
    Node& n = nodes[e.node];
    u8* b;
    u8* o;
    if (e.app == 6) {
        b = o = (u8*)p.ls.get();
        CAT(o, "From: <u");
        o = num(o, e.msg);
        CAT(o, "@c");
        o = num(o, e.node);
        CAT(o, ".example>\r\nTo: <b@s");
        o = num(o, e.peer);
        CAT(o, ".example>\r\nMessage-ID: <");
        o = num(o, e.node);
        *o++ = '.';
        o = num(o, e.msg);
        CAT(o, "@c.example>\r\nSubject: test\r\n\r\n");
        size_t off = rnd(n) % 1024 & ~63ull;
        size_t want = 1024 - (o - b);
        const char* s = tmpl.data() + off;
        for (size_t i = 0; i < want;) {
            const char* q = (const char*)memchr(s + i, '\n', want - i);
            size_t l = q ? (q - (s + i)) + 1 : want - i;
            if (s[i] == '.') *o++ = '.';
            memcpy(o, s + i, l);
            o += l;
            i += l;
        }
        if (o[-1] != '\n') CAT(o, "\r\n");
        CAT(o, ".\r\n");
    } else {
        b = o = sm(p);
        switch (e.app) {
        case 1:
            CAT(o, "EHLO c");
            o = num(o, e.node);
            CAT(o, ".example\r\n");
            break;
        case 2: CAT(o, "AUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n"); break;
        case 3:
            CAT(o, "MAIL FROM:<u");
            o = num(o, e.msg);
            CAT(o, "@c");
            o = num(o, e.node);
            CAT(o, ".example>\r\n");
            break;
        case 4:
            CAT(o, "RCPT TO:<b@s");
            o = num(o, e.peer);
            CAT(o, ".example>\r\n");
            break;
        case 5: CAT(o, "DATA\r\n"); break;
        case 7: CAT(o, "NOOP\r\n"); break;
        case 8: CAT(o, "RSET\r\n"); break;
        case 9: CAT(o, "QUIT\r\n"); break;
        }
    }
    xmit(p, e, ACK | PSH, b, o - b);
}
static void drop(Part& p, Ep& e) {
    Node& n = nodes[e.node];
    for (int i = 0; i < n.nep; i++)
        if (n.ep[i] == e.id) {
            n.ep[i] = n.ep[--n.nep];
            break;
        }
    e.gen++;
    p.fe.push_back(e.id);
}
static Ep& mkep(Part& p, u32 node, u32 peer, u16 lp, u16 rp, bool srv) {
    u32 id = p.newep();
    Ep& e = *p.eps[id];
    u32 g = e.gen;
    memset(&e, 0, offsetof(Ep, buf));
    e.lb = 0;
    e.pend = nullptr;
    e.gen = g;
    e.id = id;
    e.node = node;
    e.peer = peer;
    e.lport = lp;
    e.rport = rp;
    e.srv = srv;
    Node& n = nodes[node];
    if (n.nep >= 4) abort();
    n.ep[n.nep++] = id;
    e.snxt = (u32)rnd(n);
    return e;
}
static void cstart(Part& p, u32 node) {
    Node& n = nodes[node];
    Ep& e = mkep(p, node, n.peer, 1024 + (n.port++ % 60000), 25, false);
    e.msg = n.sent++;
    xmit(p, e, SYN, nullptr, 0);
}
static void cdone(Part& p, Ep& e) {
    u32 nd = e.node;
    drop(p, e);
    Node& n = nodes[nd];
    p.msgs++;
    if (n.sent < K) {
        Ev s{};
        s.t = p.now + 1000 + rnd(n) % 1000000;
        s.k = ((u64)nd << 32) | n.seq++;
        s.dst = nd;
        s.type = START;
        p.q.push(s);
    }
}
static void cline(Part& p, Ep& e, const u8* l, size_t n) {
    if (n < 4 || (l[0] != '2' && l[0] != '3')) p.errs++;
    if (l[3] == '-') return;
    e.app++;
    if (e.app <= 9)
        csend(p, e);
    else {
        if (MODE == 'X')
            xmit(p, e, FIN, nullptr, 0);
        else if (e.fin) {
            xmit(p, e, FIN | ACK, nullptr, 0);
        }
    }
}
static inline u32 up4(const u8* l) {
    u32 x;
    memcpy(&x, l, 4);
    return x & 0xDFDFDFDF;
}
#define V(a, b, c, d) ((u32)(a) | ((u32)(b) << 8) | ((u32)(c) << 16) | ((u32)(d) << 24))
static bool sline(Part& p, Ep& e, const u8* l, size_t n) {
    u8 *b = sm(p), *o = b;
    bool close = false;
    if (n < 4) {
        CAT(o, "500 5.5.2 Error\r\n");
        p.errs++;
    } else
        switch (up4(l)) {
        case V('E', 'H', 'L', 'O'):
            CAT(o, "250-s");
            o = num(o, e.node);
            CAT(o, ".example\r\n250 AUTH PLAIN\r\n");
            e.app = 1;
            break;
        case V('A', 'U', 'T', 'H'): CAT(o, "235 2.7.0 OK\r\n"); break;
        case V('M', 'A', 'I', 'L'): {
            const u8* q = (const u8*)memchr(l, '<', n);
            const u8* r = q ? (const u8*)memchr(q, '>', n - (q - l)) : nullptr;
            if (!r || !memchr(q, '@', r - q) || e.app != 1) {
                CAT(o, "501 5.1.7 bad\r\n");
                p.errs++;
            } else {
                CAT(o, "250 2.1.0 Ok\r\n");
                e.app = 2;
            }
        } break;
        case V('R', 'C', 'P', 'T'): {
            const u8* q = (const u8*)memchr(l, '<', n);
            const u8* r = q ? (const u8*)memchr(q, '>', n - (q - l)) : nullptr;
            if (!r || !memchr(q, '@', r - q) || e.app != 2) {
                CAT(o, "501 5.1.3 bad\r\n");
                p.errs++;
            } else {
                CAT(o, "250 2.1.5 Ok\r\n");
                e.app = 3;
            }
        } break;
        case V('D', 'A', 'T', 'A'):
            if (e.app != 3) p.errs++;
            CAT(o, "354 End data with <CR><LF>.<CR><LF>\r\n");
            e.data = 1;
            break;
        case V('N', 'O', 'O', 'P'):
        case V('R', 'S', 'E', 'T'): CAT(o, "250 2.0.0 Ok\r\n"); break;
        case V('Q', 'U', 'I', 'T'):
            CAT(o, "221 2.0.0 Bye\r\n");
            close = true;
            break;
        default: CAT(o, "502 5.5.2 Error\r\n"); p.errs++;
        }
    xmit(p, e, ACK | PSH | (close && MODE != 'X' ? FIN : 0), b, o - b);
    if (close) e.fin = 1;
    return true;
}
static void sbody(Part& p, Ep& e, const u8* d,
                  size_t n) { // store to mailbox with dot-unstuffing, detect terminator
    if (!p.mb || p.mo + n > (1 << 20)) {
        if (!p.mb) p.mb = (u8*)bigalloc(1 << 20);
        p.mo = 0;
    }
    size_t i = 0;
    bool end = false;
    while (i < n) {
        const u8* q = (const u8*)memchr(d + i, '\n', n - i);
        size_t l = q ? (q - (d + i)) + 1 : n - i;
        if (d[i] == '.') {
            if (l == 3 && d[i + 1] == '\r') {
                end = true;
                break;
            }
            memcpy(p.mb + p.mo, d + i + 1, l - 1);
            p.mo += l - 1;
        } else {
            memcpy(p.mb + p.mo, d + i, l);
            p.mo += l;
        }
        i += l;
    }
    if (!end) {
        p.errs++;
        return;
    }
    e.data = 0;
    nodes[e.node].acc++;
    u8 *b = sm(p), *o = b;
    CAT(o, "250 2.0.0 Ok: queued as ");
    o = num(o, nodes[e.node].acc);
    CAT(o, "\r\n");
    xmit(p, e, ACK | PSH, b, o - b);
}
static void feed(Part& p, Ep& e, const u8* d, size_t n) {
    if (e.srv && e.data) {
        sbody(p, e, d, n);
        return;
    }
    size_t i = 0;
    u32 g = e.gen;
    while (i < n) {
        const u8* q = (const u8*)memchr(d + i, '\n', n - i);
        if (!q) {
            p.errs++;
            return;
        }
        size_t l = (q - (d + i)) + 1;
        if (e.srv)
            sline(p, e, d + i, l);
        else
            cline(p, e, d + i, l);
        if (e.gen != g) return;
        i += l;
    }
}
static inline void freebuf(Part& p, u8* d, u16 len) {
    if (!d) return;
    if (len > 128)
        p.ls.put((Large*)d);
    else
        p.ss.put((Small*)d);
}
static void recvrec(Part& p, const Ev& v) {
    if (STORE == 'n') return;
    Rec r{p.now, v.dst, v.src, v.seq, v.len, (u16)(v.fl | 0x8000)};
    u8* a = p.put(sizeof r);
    memcpy(a, &r, sizeof r);
    Node& n = nodes[v.dst];
    if (HASH) n.h = h64(a, sizeof r, n.h);
}
static void handle(Part& p, Ev& v) {
    Node& n = nodes[v.dst];
    switch (v.type) {
    case START: cstart(p, v.dst); return;
    case DEP: return;
    case RTO: {
        Ep& e = *p.eps[v.ep];
        if (e.gen != v.gen) return;
        e.rarm = 0;
        if (e.snxt != e.suna) {
            if (e.rto > p.now) {
                e.rarm = 1;
                timer(p, e, RTO, e.rto);
            } else
                p.errs++;
        }
        return;
    }
    case DACK: {
        Ep& e = *p.eps[v.ep];
        if (e.gen != v.gen) return;
        e.darm = 0;
        if (e.need) {
            if (e.dack > p.now) {
                e.darm = 1;
                timer(p, e, DACK, e.dack);
            } else
                xmit(p, e, ACK, nullptr, 0);
        }
        return;
    }
    case APP: {
        Ep& e = *p.eps[v.ep];
        if (e.gen != v.gen) return;
        u8* d = e.pend;
        u16 l = e.plen;
        e.pend = nullptr;
        feed(p, e, d, l);
        freebuf(p, d, l);
        return;
    }
    case SEG: {
        recvrec(p, v);
        Ep* e = nullptr;
        for (int i = 0; i < n.nep; i++) {
            Ep* c = p.eps[n.ep[i]];
            if (c->peer == v.src && c->rport == v.sport && c->lport == v.dport) {
                e = c;
                break;
            }
        }
        if (MODE != 'X' && STORE != 'n' && v.dport == 25)
            capture(p, p.now, v.src, v.dst, v.sport, v.dport, v.seq, v.ack, v.fl, v.data, v.len);
        if (MODE == 'X') {
            if (v.fl == SYN) {
                Ep& s = mkep(p, v.dst, v.src, v.dport, v.sport, true);
                u8 *b = sm(p), *o = b;
                CAT(o, "220 s");
                o = num(o, v.dst);
                CAT(o, ".example ESMTP\r\n");
                xmit(p, s, ACK, b, o - b);
                return;
            }
            if (!e) {
                p.errs++;
                return;
            }
            if (v.fl == FIN) {
                if (e->srv) {
                    xmit(p, *e, FIN, nullptr, 0);
                    drop(p, *e);
                } else
                    cdone(p, *e);
                return;
            }
            feed(p, *e, v.data, v.len);
            freebuf(p, v.data, v.len);
            return;
        }
        if (v.fl & SYN) {
            if (!(v.fl & ACK)) {
                Ep& s = mkep(p, v.dst, v.src, v.dport, v.sport, true);
                s.rnxt = v.seq + 1;
                xmit(p, s, SYN | ACK, nullptr, 0);
                return;
            }
            if (!e) {
                p.errs++;
                return;
            }
            e->suna = v.ack;
            e->rnxt = v.seq + 1;
            xmit(p, *e, ACK, nullptr, 0);
            e->st[0] = 1;
            return;
        }
        if (!e) {
            p.errs++;
            return;
        }
        e->suna = v.ack;
        if (e->srv && !e->st[0]) {
            e->st[0] = 1;
            u8 *b = sm(p), *o = b;
            CAT(o, "220 s");
            o = num(o, v.dst);
            CAT(o, ".example ESMTP\r\n");
            xmit(p, *e, ACK | PSH, b, o - b);
            if (!v.len) return;
        }
        if (v.seq != e->rnxt) {
            p.errs++;
            return;
        }
        e->rnxt += v.len + ((v.fl & FIN) ? 1 : 0);
        if (v.fl & FIN) {
            if (!e->srv) {
                e->fin = 1;
                feed(p, *e, v.data, v.len);
                freebuf(p, v.data, v.len);
                e->st[1] = 1;
                return;
            }
            xmit(p, *e, ACK, nullptr, 0);
            drop(p, *e);
            return;
        }
        if (v.len) {
            e->need = 1;
            e->dack = p.now + DACKV;
            if (e->srv) {
                if (!e->darm) {
                    e->darm = 1;
                    timer(p, *e, DACK, e->dack);
                }
                e->pend = v.data;
                e->plen = v.len;
                timer(p, *e, APP, p.now + 100000 + rnd(n) % 1000000);
            } else {
                feed(p, *e, v.data, v.len);
                freebuf(p, v.data, v.len);
            }
            return;
        }
        if (!e->srv && e->st[1]) {
            cdone(p, *e);
            return;
        }
        return;
    }
    }
}
int main(int c, char** a) {
    if (c > 1) MODE = a[1][0];
    if (c > 2) M = atof(a[2]);
    if (c > 3) K = atof(a[3]);
    if (c > 4) P = atoi(a[4]);
    if (c > 5) STORE = a[5][0];
    HASH = c > 6;
    for (int i = 0; i < 40; i++) {
        tmpl += "The quick brown fox jumps over the lazy dog 0123456789 abcdefg";
        if (i % 7 == 3) tmpl += "\r\n.x";
        tmpl += "\r\n";
    }
    nodes.resize(2 * M);
    madvise((void*)(((uintptr_t)nodes.data() + 0x1fffff) & ~0x1fffffull),
            nodes.size() * sizeof(Node) > 0x400000 ? nodes.size() * sizeof(Node) - 0x200000 : 0,
            MADV_HUGEPAGE);
    for (u32 i = 0; i < 2 * M; i++) {
        Node& n = nodes[i];
        memset(&n, 0, sizeof n);
        n.rng = 0x1234567ull * (i + 1);
        n.h = i;
    }
    // client i -> server M + perm(i)
    for (u32 i = 0; i < M; i++) nodes[i].peer = M + (u32)(((u64)i * 7919 + 3) % M);
    parts.resize(P);
    for (u32 i = 0; i < P; i++) {
        Part& p = parts[i];
        p.id = i;
        p.out.resize(P);
        if (!getenv("NOPF")) {
            p.q.pf = pfn;
            p.q.pfa = &p;
        }
        p.q.init(std::max(1u, M / P), std::max<u32>(4096, M * 16 / P + 4096));
        if (STORE == 'f') {
            char f[64];
            sprintf(f, "proto.%u.out", i);
            p.fd = open(f, O_CREAT | O_TRUNC | O_WRONLY, 0644);
        }
    }
    for (u32 i = 0; i < M; i++) {
        Part& p = parts[pof(i)];
        Ev s{};
        Node& n = nodes[i];
        s.t = 1 + rnd(n) % (20 * LAT);
        s.k = ((u64)i << 32) | n.seq++;
        s.dst = i;
        s.type = START;
        p.q.push(s);
    }
    double w0 = now_(CLOCK_MONOTONIC), c0 = now_(CLOCK_PROCESS_CPUTIME_ID);
    if (P == 1) {
        Part& p = parts[0];
        while (p.q.n) {
            u32 x = p.q.pop();
            Ev v = p.q.ev[x];
            p.q.fre(x);
            p.now = v.t;
            p.nev++;
            handle(p, v);
        }
    } else {
        std::vector<u64> mins(P);
        u64 W = 0;
        bool stop = false;
        std::barrier b1(P);
        std::barrier b2(P, [&]() noexcept {
            u64 m = ~0ull;
            for (u64 x : mins) m = std::min(m, x);
            if (m == ~0ull)
                stop = true;
            else
                W = m + LAT;
        });
        auto run = [&](u32 i) {
            Part& p = parts[i];
            for (;;) {
                for (u32 j = 0; j < P; j++) {
                    for (auto& e : parts[j].out[i]) p.q.push(e);
                    parts[j].out[i].clear();
                }
                u64 t;
                mins[i] = p.q.peek(t) ? t : ~0ull;
                b2.arrive_and_wait();
                if (stop) return;
                while (p.q.peek(t) && t < W) {
                    u32 x = p.q.pop();
                    Ev v = p.q.ev[x];
                    p.q.fre(x);
                    p.now = v.t;
                    p.nev++;
                    handle(p, v);
                }
                b1.arrive_and_wait();
            }
        };
        std::vector<std::thread> th;
        for (u32 i = 0; i < P; i++) th.emplace_back(run, i);
        for (auto& t : th) t.join();
    }
    for (auto& p : parts)
        if (STORE == 'f') {
            if (write(p.fd, p.ar, p.ao) < 0) abort();
            close(p.fd);
        }
    double w = now_(CLOCK_MONOTONIC) - w0, d = now_(CLOCK_PROCESS_CPUTIME_ID) - c0;
    u64 ev = 0, ms = 0, by = 0, er = 0, acc = 0;
    for (auto& p : parts) {
        ev += p.nev;
        ms += p.msgs;
        by += p.bytes;
        er += p.errs;
    }
    u64 h = 0;
    for (auto& n : nodes) {
        acc += n.acc;
        h = h * 31 + n.h;
    }
    rusage ru;
    getrusage(RUSAGE_SELF, &ru);
    printf("proto %c pairs=%u P=%u store=%c msgs=%lu accepted=%lu errs=%lu | %.1f ev/msg %.0f "
           "B/msg | %.0f msg/CPU-s  %.0f msg/wall-s | %.1f ns/ev %.2f M ev/CPU-s | RSS %ld MiB%s",
           MODE, M, P, STORE, ms, acc, er, (double)ev / ms, (double)by / ms, ms / d, ms / w,
           d / ev * 1e9, ev / d / 1e6, ru.ru_maxrss / 1024, HASH ? "" : "\n");
    if (HASH) printf(" hash %016lx\n", h);
}
