// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// What can be said about a subject, a model, a scope and a time. Of several licenses the one counts that says most:
/// the later of these.
enum Status {
    NoRecord,
    Expired,
    Revoked,
    Suspended,
    OutOfScope,
    Authorized
}

/// @title Who held what, when: the part of a license that never forgets.
/// @notice Nothing here is overwritten that a question about the past needs: times are stored, not flags, and what
/// ends is closed, not deleted. A subject without any record has an empty slot of its own, so that a storage proof
/// shows that as well.
abstract contract Records {
    /// What every check of a license reads; one slot.
    struct License {
        uint32 scope;
        /// of the last period; until is exclusive
        uint40 start;
        uint40 end;
        /// since when it is revoked, perhaps in the future; zero if it is not
        uint40 revokedAt;
        /// how many there are of each below
        uint16 periods;
        uint16 suspensions;
        uint16 transfers;
    }

    /// A period before the last one. They are in order and do not touch.
    struct Period {
        uint40 start;
        uint40 end;
    }

    /// They are in order and do not touch.
    struct Suspension {
        uint40 start;
        uint40 end;
        /// seconds of those before it
        uint32 before;
    }

    /// A holder before the last one, and when it handed the license on.
    struct Holding {
        address holder;
        uint40 until;
    }

    /// That a subject used a license from one time to another, zero for still; one slot. The first record of a
    /// subject also counts them all.
    struct Record {
        uint64 license;
        uint40 start;
        uint40 end;
        /// for a delegate: the holding in which it was named, with which its right ends
        uint16 holding;
        bool delegate;
        /// records that the subject or the maker brought about, and that other holders did
        uint8 own;
        uint8 brought;
    }

    /// @notice Most records of each of the two kinds that a subject can have for a model. Others can fill only one of
    /// them.
    uint8 public constant MAX_RECORDS = 32;

    /// @notice Records of subjects, in the order in which they began; those that the first one does not count are
    /// empty.
    mapping(bytes32 model => mapping(address subject => mapping(uint256 index => Record))) public records;
    /// @notice Licenses.
    mapping(uint256 license => License) public licenses;
    /// @notice Their periods but the last.
    mapping(uint256 license => mapping(uint256 index => Period)) public periods;
    /// @notice Their suspensions.
    mapping(uint256 license => mapping(uint256 index => Suspension)) public suspensions;
    /// @notice Their holders but the last.
    mapping(uint256 license => mapping(uint256 index => Holding)) public holdings;

    error TooManyRecords(bytes32 model, address subject);
    error TimeInFuture(uint40 when);
    error NoSuchDelegate(uint256 license, address operator);

    /// @notice What can be said about a subject.
    /// @param model the model
    /// @param subject a holder, or one of its delegates
    /// @param scope bit mask of uses, all of which one license has to cover; none: whatever a license covers
    /// @param when seconds since 1970, not in the future
    /// @return best what can be said
    /// @return license the license that it is said of, zero for none
    function statusOf(bytes32 model, address subject, uint32 scope, uint40 when)
        public
        view
        returns (Status best, uint256 license)
    {
        if (when > block.timestamp) revert TimeInFuture(when);
        Record storage r = records[model][subject][0];
        uint256 n = uint256(r.own) + r.brought;
        for (uint256 i = 0; i < n && best != Status.Authorized; ++i) {
            if (i > 0) r = records[model][subject][i];
            uint256 id = r.license;
            if (!_covers(r, id, when)) continue;
            Status s = _statusOf(id, scope, when);
            if (s > best) (best, license) = (s, id);
        }
    }

    /// @notice Whether a subject was licensed for a model, for all uses in a scope, at a time.
    /// @param model the model
    /// @param subject a holder, or one of its delegates
    /// @param scope bit mask of uses, all of which one license has to cover; none: whatever a license covers
    /// @param when seconds since 1970, not in the future
    /// @return whether it was
    function isAuthorized(bytes32 model, address subject, uint32 scope, uint40 when) external view returns (bool) {
        (Status s,) = statusOf(model, subject, scope, when);
        return s == Status.Authorized;
    }

    /// Whether a record holds at a time.
    function _covers(Record storage r, uint256 license, uint40 when) private view returns (bool) {
        if (when < r.start || (r.end != 0 && when >= r.end)) return false;
        if (!r.delegate || r.holding == licenses[license].transfers) return true;
        return when < holdings[license][r.holding].until;
    }

    function _statusOf(uint256 id, uint32 scope, uint40 when) private view returns (Status) {
        License storage l = licenses[id];
        if (l.revokedAt != 0 && when >= l.revokedAt) return Status.Revoked;
        if (when >= l.start ? when >= l.end : !_inPeriod(id, l.periods, when)) return Status.Expired;
        if (l.suspensions != 0 && _inSuspension(id, l.suspensions, when)) return Status.Suspended;
        return scope & ~l.scope == 0 ? Status.Authorized : Status.OutOfScope;
    }

    function _inPeriod(uint256 id, uint256 n, uint40 when) private view returns (bool) {
        uint256 low = 0; // those below begin at or before the time
        while (low < n) {
            uint256 middle = (low + n) / 2;
            if (periods[id][middle].start <= when) low = middle + 1;
            else n = middle;
        }
        return low > 0 && when < periods[id][low - 1].end;
    }

    function _inSuspension(uint256 id, uint256 n, uint40 when) private view returns (bool) {
        uint256 low = 0;
        while (low < n) {
            uint256 middle = (low + n) / 2;
            if (suspensions[id][middle].start <= when) low = middle + 1;
            else n = middle;
        }
        return low > 0 && when < suspensions[id][low - 1].end;
    }

    function _count(bytes32 model, address subject) private view returns (uint256) {
        Record storage first = records[model][subject][0];
        return uint256(first.own) + first.brought;
    }

    /// Notes that a subject uses a license from now on.
    function _open(bytes32 model, address subject, uint256 license, bool delegate, bool brought) internal {
        Record storage first = records[model][subject][0];
        (uint8 own, uint8 others) = (first.own, first.brought);
        if ((brought ? others : own) == MAX_RECORDS) revert TooManyRecords(model, subject);
        uint256 n = uint256(own) + others;
        if (brought) ++others;
        else ++own;
        records[model][subject][n] = Record({
            // forge-lint: disable-next-line(unsafe-typecast): ids have 64 bits
            license: uint64(license),
            start: uint40(block.timestamp),
            end: 0,
            holding: licenses[license].transfers,
            delegate: delegate,
            own: 0,
            brought: 0
        });
        (first.own, first.brought) = (own, others);
    }

    /// Notes that a subject does not use a license any more.
    function _close(bytes32 model, address subject, uint256 license, bool delegate) internal {
        (Record storage r, bool found) = _find(model, subject, license, delegate);
        if (!found) revert NoSuchDelegate(license, subject);
        r.end = uint40(block.timestamp);
    }

    /// The record of a subject that uses a license now.
    function _find(bytes32 model, address subject, uint256 license, bool delegate)
        internal
        view
        returns (Record storage r, bool found)
    {
        uint256 n = _count(model, subject);
        uint16 holding = licenses[license].transfers;
        r = records[model][subject][0];
        for (uint256 i = 0; i < n; ++i) {
            r = records[model][subject][i];
            if (r.license == license && r.end == 0 && r.delegate == delegate && (!delegate || r.holding == holding)) {
                return (r, true);
            }
        }
    }

    /// Begins another period after the last one has ended.
    function _begin(uint256 license, uint40 end) internal {
        License storage l = licenses[license];
        periods[license][l.periods] = Period(l.start, l.end);
        ++l.periods;
        (l.start, l.end) = (uint40(block.timestamp), end);
    }

    /// Suspends from now on, and says for how long in all: the caller has to compare that with what is allowed.
    function _suspend(uint256 license, uint32 duration) internal returns (uint40 end, uint256 total, bool overlaps) {
        License storage l = licenses[license];
        (uint256 n, uint32 before) = (l.suspensions, 0);
        if (n > 0) {
            Suspension storage last = suspensions[license][n - 1];
            overlaps = last.end > block.timestamp;
            before = last.before + uint32(last.end - last.start);
        }
        end = uint40(block.timestamp) + duration;
        total = uint256(before) + duration;
        suspensions[license][n] = Suspension(uint40(block.timestamp), end, before);
        ++l.suspensions; // checked: a count that wraps would forget them all
    }

    /// Ends a suspension now, and says whether there was one.
    function _resume(uint256 license) internal returns (bool) {
        uint256 n = licenses[license].suspensions;
        if (n == 0 || suspensions[license][n - 1].end <= block.timestamp) return false;
        suspensions[license][n - 1].end = uint40(block.timestamp);
        return true;
    }

    /// Notes that a holder hands a license on.
    function _handOn(bytes32 model, uint256 license, address from, address to) internal {
        _close(model, from, license, false);
        License storage l = licenses[license];
        holdings[license][l.transfers] = Holding(from, uint40(block.timestamp));
        ++l.transfers;
        _open(model, to, license, false, true);
    }
}
