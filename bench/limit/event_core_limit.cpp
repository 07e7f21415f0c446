// How fast a pop and a push of the next event can be: the hold model over heaps, a calendar, a
// bitmap wheel with a near-heap, and several ways to call back; the upper bound of `postroad bench core`.
//
// N events are pending; each turn pops the least and schedules one, with exponential increments.
//
// usage: event_core_limit N OPS REPS      prints medians of CPU time, variants interleaved by rep
// build: the CMake target event_core_limit
//
// Terse on purpose, like the arithmetic it measures; nothing of Postroad includes it.
#include <algorithm>
#include <cmath>
#include <coroutine>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <memory>
#include <queue>
#include <random>
#include <string>
#include <vector>
using u64 = uint64_t;
using u32 = uint32_t;
using u128 = unsigned __int128;
static double cpu() {
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}
static constexpr u32 TB = 8192;
static u64 tab[TB];
static void mktab(double mean) {
    std::mt19937_64 r(12345);
    std::exponential_distribution<double> e(1.0);
    for (auto& x : tab) x = (u64)(e(r) * mean) + 1;
}
static u32 rs = 2463534242u;
static inline u32 xr() {
    rs ^= rs << 13;
    rs ^= rs >> 17;
    rs ^= rs << 5;
    return rs;
}
static inline u64 inc() { return tab[xr() & (TB - 1)]; }
static u64 MEAN;
// ---- element types
struct E24 {
    u64 t, s;
    u32 i;
};
struct E16 {
    u64 t, k;
}; // k = seq<<24 | idx
static inline bool lt(const E24& a, const E24& b) { return a.t < b.t || (a.t == b.t && a.s < b.s); }
static inline u128 v(const E16& a) { return ((u128)a.t << 64) | a.k; }
static inline bool lt(const E16& a, const E16& b) { return v(a) < v(b); }
static inline E24 mk24(u64 t, u64 s, u32 i) { return {t, s, i}; }
template <class E> static inline E mk(u64 t, u64 s, u32 i) {
    if constexpr (sizeof(E) == 16)
        return E{t, (s << 24) | i};
    else
        return E{t, s, i};
}
static inline u32 ix(const E24& e) { return e.i; }
static inline u32 ix(const E16& e) { return e.k & 0xffffff; }
// ---- queues
template <class E> struct StdPQ {
    struct G {
        bool operator()(const E& a, const E& b) const { return lt(b, a); }
    };
    std::priority_queue<E, std::vector<E>, G> q;
    void init(size_t) {}
    void push(E e) { q.push(e); }
    E pop() {
        E e = q.top();
        q.pop();
        return e;
    }
    E top() { return q.top(); }
    void replace(E e) {
        q.pop();
        q.push(e);
    }
};
template <class E>
struct Heap4 { // root at index 3 of 64-byte aligned array so children groups are aligned (16B
               // elems: one line)
    E* b = nullptr;
    size_t n = 0, cap = 0;
    ~Heap4() { free(b); }
    void init(size_t c) {
        cap = c + 16;
        b = (E*)aligned_alloc(64, ((cap * sizeof(E) + 63) / 64) * 64);
    }
    static size_t ch(size_t i) { return 4 * i - 8; }
    static size_t pa(size_t i) { return i / 4 + 2; }
    void push(E e) {
        size_t i = 3 + n++;
        while (i > 3) {
            size_t p = pa(i);
            if (!lt(e, b[p])) break;
            b[i] = b[p];
            i = p;
        }
        b[i] = e;
    }
    void sift(E e) {
        size_t i = 3, end = 3 + n;
        for (;;) {
            size_t c = ch(i);
            if (c + 3 < end) {
                size_t m0 = c + (lt(b[c + 1], b[c]) ? 1 : 0),
                       m1 = c + 2 + (lt(b[c + 3], b[c + 2]) ? 1 : 0);
                size_t m = lt(b[m1], b[m0]) ? m1 : m0;
                if (!lt(b[m], e)) break;
                b[i] = b[m];
                i = m;
            } else {
                if (c >= end) break;
                size_t m = c;
                for (size_t j = c + 1; j < end; j++)
                    if (lt(b[j], b[m])) m = j;
                if (!lt(b[m], e)) break;
                b[i] = b[m];
                i = m;
                break;
            }
        }
        b[i] = e;
    }
    E top() { return b[3]; }
    void replace(E e) { sift(e); }
    E pop() {
        E r = b[3];
        --n;
        if (n) {
            E l = b[3 + n];
            // bottom-up: walk the hole to a leaf along min children, then bubble the last element
            // up
            size_t i = 3, end = 3 + n;
            for (;;) {
                size_t c = ch(i);
                if (c + 3 < end) {
                    size_t m0 = c + (lt(b[c + 1], b[c]) ? 1 : 0),
                           m1 = c + 2 + (lt(b[c + 3], b[c + 2]) ? 1 : 0);
                    size_t m = lt(b[m1], b[m0]) ? m1 : m0;
                    b[i] = b[m];
                    i = m;
                } else {
                    if (c >= end) break;
                    size_t m = c;
                    for (size_t j = c + 1; j < end; j++)
                        if (lt(b[j], b[m])) m = j;
                    b[i] = b[m];
                    i = m;
                    break;
                }
            }
            while (i > 3) {
                size_t p = pa(i);
                if (!lt(l, b[p])) break;
                b[i] = b[p];
                i = p;
            }
            b[i] = l;
        }
        return r;
    }
};
// classic calendar queue (Brown 1988), fixed N so width tuned once: buckets = pow2 >= N, width =
// 3*gap; sorted singly linked lists from a pool
template <class E> struct Calendar {
    struct Nd {
        E e;
        u32 nx;
    };
    std::vector<Nd> pool;
    std::vector<u32> fr, bk;
    u64 w;
    size_t nb, cur;
    u64 top_;
    void init(size_t n) {
        nb = 1;
        while (nb < n) nb *= 2;
        bk.assign(nb, ~0u);
        u64 gap = MEAN / n;
        if (!gap) gap = 1;
        w = 3 * gap;
        if (!w) w = 1;
        pool.reserve(n + 2);
        cur = 0;
        top_ = w;
    }
    u32 al() {
        if (!fr.empty()) {
            u32 x = fr.back();
            fr.pop_back();
            return x;
        }
        pool.push_back({});
        return pool.size() - 1;
    }
    void push(E e) {
        u32 x = al();
        pool[x].e = e;
        u32* p = &bk[(e.t / w) & (nb - 1)];
        while (*p != ~0u && lt(pool[*p].e, e)) p = &pool[*p].nx;
        pool[x].nx = *p;
        *p = x;
    }
    E pop() {
        for (size_t k = 0; k < nb; k++) {
            u32 h = bk[cur];
            if (h != ~0u && pool[h].e.t < top_) {
                E e = pool[h].e;
                bk[cur] = pool[h].nx;
                fr.push_back(h);
                return e;
            }
            cur = (cur + 1) & (nb - 1);
            top_ += w;
        }
        // direct search
        size_t bi = 0;
        bool f = false;
        for (size_t k = 0; k < nb; k++)
            if (bk[k] != ~0u && (!f || lt(pool[bk[k]].e, pool[bk[bi]].e))) {
                bi = k;
                f = true;
            }
        u32 h = bk[bi];
        E e = pool[h].e;
        bk[bi] = pool[h].nx;
        fr.push_back(h);
        cur = bi;
        top_ = (e.t / w + 1) * w;
        return e;
    }
};
// ladder-like: near 4-ary heap + one wheel of unsorted buckets (pool-linked, bitmap) + far heap
// overflow. Total order preserved.
template <class E> struct Wheel {
    static constexpr size_t NB = 1 << 16;
    struct Nd {
        E e;
        u32 nx;
    };
    Heap4<E> near, far;
    std::vector<Nd> pool;
    u32 fh = ~0u;
    std::vector<u32> bk;
    std::vector<u64> bm, bm2;
    int sh;
    u64 cb = 0; // cb: current absolute bucket
    void init(size_t n) {
        near.init(n);
        far.init(n);
        bk.assign(NB, ~0u);
        bm.assign(NB / 64, 0);
        bm2.assign(NB / 4096, 0);
        pool.reserve(n + 2);
        // bucket width: about 4 events per bucket but horizon >= 16*mean
        double gap = (double)MEAN / n;
        double wid = std::max(4 * gap, 16.0 * MEAN / NB);
        sh = 0;
        while ((1ull << sh) < wid) sh++;
    }
    void push(E e) {
        u64 b = e.t >> sh;
        if (b <= cb)
            near.push(e);
        else if (b - cb < NB) {
            u32 x;
            if (fh != ~0u) {
                x = fh;
                fh = pool[x].nx;
            } else {
                pool.push_back({});
                x = pool.size() - 1;
            }
            size_t s = b & (NB - 1);
            pool[x].e = e;
            pool[x].nx = bk[s];
            bk[s] = x;
            bm[s >> 6] |= 1ull << (s & 63);
            bm2[s >> 12] |= 1ull << ((s >> 6) & 63);
        } else
            far.push(e);
    }
    void adv() { // move to next nonempty bucket
        size_t s = (cb + 1) & (NB - 1);
        size_t w = s >> 6;
        u64 m = bm[w] & (~0ull << (s & 63));
        size_t t;
        bool found = true;
        if (m)
            t = (w << 6) + __builtin_ctzll(m);
        else {
            size_t w2 = w >> 6;
            size_t bit = (w & 63) + 1;
            u64 m2 = bit < 64 ? bm2[w2] & (~0ull << bit) : 0;
            size_t k = 0;
            while (!m2 && k <= bm2.size()) {
                w2 = (w2 + 1) % bm2.size();
                m2 = bm2[w2];
                k++;
            }
            if (!m2)
                found = false;
            else {
                size_t ww = (w2 << 6) + __builtin_ctzll(m2);
                t = (ww << 6) + __builtin_ctzll(bm[ww]);
            }
        }
        if (!found) {
            cb = far.top().t >> sh;
        } else {
            u64 d = (t - s) & (NB - 1);
            cb = cb + 1 + d;
            u32 x = bk[t];
            bk[t] = ~0u;
            bm[t >> 6] &= ~(1ull << (t & 63));
            if (!bm[t >> 6]) bm2[t >> 12] &= ~(1ull << ((t >> 6) & 63));
            while (x != ~0u) {
                near.push(pool[x].e);
                u32 nx = pool[x].nx;
                pool[x].nx = fh;
                fh = x;
                x = nx;
            }
        }
        while (far.n && (far.top().t >> sh) - cb < NB) {
            E e = far.pop();
            push(e);
        }
    }
    E pop() {
        while (!near.n) adv();
        return near.pop();
    }
};
struct R {
    std::string name;
    std::vector<double> ns;
};
static std::vector<R> res;
static void add(const char* n, double x) {
    for (auto& r : res)
        if (r.name == n) {
            r.ns.push_back(x);
            return;
        }
    res.push_back({n, {x}});
}
static u64 chk_last;
template <class Q, class E, bool REPL = false> void runq(const char* nm, size_t N, size_t ops) {
    rs = 2463534242u;
    Q q;
    q.init(N + 1);
    u64 s = 0;
    for (size_t i = 0; i < N; i++) q.push(mk<E>(inc(), s++, i));
    size_t warm = std::max<size_t>(2 * N, 100000);
    u64 acc = 0;
    double t0 = 0;
    for (size_t o = 0; o < ops + warm; o++) {
        if (o == warm) t0 = cpu();
        if constexpr (REPL) {
            E e = q.top();
            acc = acc * 31 + ix(e);
            q.replace(mk<E>(e.t + inc(), s++, ix(e)));
        } else {
            E e = q.pop();
            acc = acc * 31 + ix(e);
            q.push(mk<E>(e.t + inc(), s++, ix(e)));
        }
    }
    double dt = cpu() - t0;
    add(nm, dt / ops * 1e9);
    if (chk_last && chk_last != acc)
        fprintf(stderr, "ORDER MISMATCH %s %lx %lx\n", nm, (unsigned long)acc,
                (unsigned long)chk_last);
    chk_last = acc;
}
// ---- dispatch variants, all on Heap4<E16>
struct alignas(64) Node {
    u64 cnt, sum;
    u64 pad[6];
};
static Heap4<E16>* G;
static u64 gseq, gnow;
static std::vector<Node>* NS;
struct CB {
    void (*f)(void*, u64);
    void* c;
    u64 a;
};
static std::vector<CB>* CBS;
static void hfn(void* c, u64 a) {
    Node* n = (Node*)c;
    n->cnt++;
    n->sum += a ^ gnow;
    (*CBS)[a] = {hfn, c, a};
    G->push(mk<E16>(gnow + inc(), gseq++, (u32)a));
}
static std::vector<std::function<void()>>* FS;
struct F16 {
    Node* n;
    u64 a;
    void operator()() const;
};
void F16::operator()() const {
    Node* nn = n;
    u64 aa = a;
    nn->cnt++;
    nn->sum += aa ^ gnow;
    (*FS)[aa] = F16{nn, aa};
    G->push(mk<E16>(gnow + inc(), gseq++, (u32)aa));
}
struct F32 {
    Node* n;
    u64 a, b, c;
    void operator()() const;
};
void F32::operator()() const {
    Node* nn = n;
    u64 aa = a, bb = b, cc = c;
    nn->cnt++;
    nn->sum += aa ^ gnow;
    (*FS)[aa] = F32{nn, aa, bb + 1, cc};
    G->push(mk<E16>(gnow + inc(), gseq++, (u32)aa));
}
struct Task {
    struct promise_type {
        Task get_return_object() {
            return {std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        std::suspend_never initial_suspend() { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { abort(); }
    };
    std::coroutine_handle<promise_type> h;
};
static std::vector<std::coroutine_handle<>>* HS;
struct Delay {
    u64 d;
    u32 i;
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> h) {
        (*HS)[i] = h;
        G->push(mk<E16>(gnow + d, gseq++, i));
    }
    void await_resume() {}
};
static Task proc(Node* n, u32 i) {
    for (;;) {
        co_await Delay{inc(), i};
        n->cnt++;
        n->sum += i ^ gnow;
    }
}
// event allocated on heap per event, virtual run (ns-3/OMNeT style)
struct EvBase {
    virtual void run() = 0;
    virtual ~EvBase() {}
};
static std::vector<EvBase*>* EV;
struct EvM : EvBase {
    Node* n;
    u64 a;
    EvM(Node* n, u64 a) : n(n), a(a) {}
    void run() override {
        n->cnt++;
        n->sum += a ^ gnow;
        (*EV)[a] = new EvM(n, a);
        G->push(mk<E16>(gnow + inc(), gseq++, (u32)a));
    }
};
static Wheel<E16>* GW;
static void hfnw(void* c, u64 a) {
    Node* n = (Node*)c;
    n->cnt++;
    n->sum += a ^ gnow;
    (*CBS)[a] = {hfnw, c, a};
    GW->push(mk<E16>(gnow + inc(), gseq++, (u32)a));
}
static void runw(const char* nm, size_t N, size_t ops) {
    rs = 2463534242u;
    Wheel<E16> q;
    q.init(N + 1);
    GW = &q;
    gseq = 0;
    gnow = 0;
    std::vector<Node> ns(N);
    std::vector<CB> v(N);
    CBS = &v;
    for (size_t i = 0; i < N; i++) {
        v[i] = {hfnw, &ns[i], i};
        q.push(mk<E16>(inc(), gseq++, i));
    }
    size_t warm = std::max<size_t>(2 * N, 100000);
    double t0 = 0;
    for (size_t o = 0; o < ops + warm; o++) {
        if (o == warm) t0 = cpu();
        E16 e = q.pop();
        gnow = e.t;
        CB b = v[ix(e)];
        b.f(b.c, b.a);
    }
    double dt = cpu() - t0;
    add(nm, dt / ops * 1e9);
}
template <class D, class I> void rund(const char* nm, size_t N, size_t ops, I init, D disp) {
    rs = 2463534242u;
    Heap4<E16> q;
    q.init(N + 1);
    G = &q;
    gseq = 0;
    gnow = 0;
    std::vector<Node> ns(N);
    NS = &ns;
    for (size_t i = 0; i < N; i++) init(i, &ns[i]);
    size_t warm = std::max<size_t>(2 * N, 100000);
    double t0 = 0;
    for (size_t o = 0; o < ops + warm; o++) {
        if (o == warm) t0 = cpu();
        E16 e = q.pop();
        gnow = e.t;
        disp(ix(e));
    }
    double dt = cpu() - t0;
    add(nm, dt / ops * 1e9);
}
int main(int c, char** a) {
    size_t N = c > 1 ? atof(a[1]) : 1000, ops = c > 2 ? atof(a[2]) : 10000000;
    int reps = c > 3 ? atoi(a[3]) : 5;
    MEAN = 1000000000ull;
    mktab(MEAN);
    for (int r = 0; r < reps; r++) {
        chk_last = 0;
        runq<StdPQ<E24>, E24>("std::priority_queue 24B (t,seq,idx)", N, ops);
        runq<StdPQ<E16>, E16>("std::priority_queue 16B packed", N, ops);
        runq<Heap4<E24>, E24>("4-ary heap 24B", N, ops);
        runq<Heap4<E16>, E16>("4-ary heap 16B packed, line-aligned", N, ops);
        runq<Heap4<E16>, E16, true>("4-ary heap 16B, replace-top", N, ops);
        runq<Calendar<E16>, E16>("calendar queue (Brown, tuned width)", N, ops);
        runq<Wheel<E16>, E16>("wheel+near-heap (ladder-like)", N, ops);
        {
            std::vector<CB> v(N);
            CBS = &v;
            rund(
                "D: fn ptr + 2 words", N, ops,
                [&](size_t i, Node* n) {
                    v[i] = {hfn, n, i};
                    G->push(mk<E16>(inc(), gseq++, i));
                },
                [&](u32 i) {
                    CB b = v[i];
                    b.f(b.c, b.a);
                });
        }
        runw("D: fn ptr + 2 words on wheel+near-heap", N, ops);
        {
            std::vector<std::function<void()>> v(N);
            FS = &v;
            rund(
                "D: std::function 16B capture (SBO)", N, ops,
                [&](size_t i, Node* n) {
                    v[i] = F16{n, i};
                    G->push(mk<E16>(inc(), gseq++, i));
                },
                [&](u32 i) {
                    auto f = std::move(v[i]);
                    f();
                });
        }
        {
            std::vector<std::function<void()>> v(N);
            FS = &v;
            rund(
                "D: std::function 32B capture (malloc)", N, ops,
                [&](size_t i, Node* n) {
                    v[i] = F32{n, i, 0, 0};
                    G->push(mk<E16>(inc(), gseq++, i));
                },
                [&](u32 i) {
                    auto f = std::move(v[i]);
                    f();
                });
        }
        {
            std::vector<EvBase*> v(N);
            EV = &v;
            rund(
                "D: new/delete virtual event object", N, ops,
                [&](size_t i, Node* n) {
                    v[i] = new EvM(n, i);
                    G->push(mk<E16>(inc(), gseq++, i));
                },
                [&](u32 i) {
                    EvBase* e = v[i];
                    e->run();
                    delete e;
                });
            for (auto* p : v) delete p;
        }
        {
            std::vector<std::coroutine_handle<>> v(N);
            HS = &v;
            std::vector<Task> ts;
            ts.reserve(N);
            rund(
                "D: coroutine resume", N, ops, [&](size_t i, Node* n) { ts.push_back(proc(n, i)); },
                [&](u32 i) { v[i].resume(); });
            for (auto& t : ts) t.h.destroy();
        }
    }
    printf("N=%zu ops=%zu reps=%d\n", N, ops, reps);
    for (auto& r : res) {
        std::sort(r.ns.begin(), r.ns.end());
        double m = r.ns[r.ns.size() / 2];
        printf("  %-42s %7.1f ns/ev (min %6.1f max %6.1f)  %7.2f M ev/s\n", r.name.c_str(), m,
               r.ns[0], r.ns.back(), 1000 / m);
    }
}
