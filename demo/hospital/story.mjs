// story.mjs - the people whom the demonstrations and tests know by name.
//
// They are the same whatever the seed and the size. Nobody of the cast meets a patient by chance: the relations
// told here (and the memberships) are all that they have.

/** Who gets credentials. */
export const cast = [
  { id: 'a.osei', name: 'Dr Ama Osei', gender: 'female', roles: ['physician'], department: 'cardiology', teams: ['cardiology'], units: [],
    why: 'cardiologist on no ward: ordinary access to p-000001 by an open referral, none to p-000002, shut out by p-000010' },
  { id: 'n.okafor', name: 'Ngozi Okafor', gender: 'female', roles: ['nurse'], department: 'cardiology', teams: [], units: ['ward-a'],
    why: 'nurse on ward-a, where p-000003 and p-000007 (VIP) lie' },
  { id: 't.brandt', name: 'Till Brandt', gender: 'male', roles: ['therapist'], department: 'psychological-therapies', teams: ['psychological-therapies'], units: [],
    why: 'therapist of p-000005' },
  { id: 'm.reyes', name: 'Mateo Reyes', gender: 'male', roles: ['paramedic'], department: 'ambulance-service', teams: [], units: [],
    why: 'paramedic, related to nobody' },
  { id: 'e.vance', name: 'Dr Eleanor Vance', gender: 'female', roles: ['physician'], department: 'emergency-medicine', teams: ['emergency-medicine'], units: ['emergency-department'],
    why: 'emergency physician, at terminal ed-1; p-000004 is checked in, p-000006 is not' },
  { id: 's.patel', name: 'Dr Sunita Patel', gender: 'female', roles: ['physician'], department: 'endocrinology', teams: ['endocrinology'], units: [],
    why: 'endocrinologist who is herself patient p-000009' },
  { id: 'i.novak', name: 'Ivana Novak', gender: 'female', roles: ['it-support'], department: 'it', teams: [], units: [],
    why: 'IT support, related to nobody' },
  { id: 'p.lind', name: 'Petra Lind', gender: 'female', roles: ['privacy-officer'], department: 'privacy', teams: [], units: [],
    why: 'privacy officer: reviews cases' },
  { id: 'p.adeyemi', name: 'Peju Adeyemi', gender: 'female', roles: ['privacy-officer'], department: 'privacy', teams: [], units: [],
    why: 'second privacy officer' },
  { id: 'b.cohen', name: 'Ben Cohen', gender: 'male', roles: ['billing'], department: 'billing', teams: [], units: [],
    why: 'billing: the only one here for whom claims are not shut' },
  { id: 'r.hall', name: 'Ruth Hall', gender: 'female', roles: ['registrar'], department: 'registration', teams: [], units: [],
    why: 'registrar: finds and registers people' },
  { id: 'adm.silva', name: 'Duarte Silva', gender: 'male', roles: ['administrator'], department: 'it', teams: [], units: [],
    why: 'administrator' },
  { id: 'adm.moreau', name: 'Claire Moreau', gender: 'female', roles: ['administrator'], department: 'it', teams: [], units: [],
    why: 'second administrator' },
  { id: 'l.reader', name: 'Lena Reader', gender: 'female', roles: ['ledger-reader'], department: 'audit', teams: [], units: [],
    why: 'reads the ledger, no charts' },
];

const open = (team, daysAgo) => ({ team, daysAgo });
const none = { referrals: [], events: [], flags: [] };

/** Patients p-000001 to p-000010, in this order. */
export const patients = [
  { ...none, given: 'Margaret', family: 'Ellison', gender: 'female', birthDate: '1952-03-14',
    illnesses: ['diabetes', 'hypertension', 'failure'], allergies: [0], referrals: [open('cardiology', 240), open('endocrinology', 900)],
    events: [{ key: 'pneumonia', daysAgo: 420 }], staff: { cardiology: 'a.osei' },
    why: 'diabetes and heart failure; open referral to cardiology: a.osei has ordinary access' },
  { ...none, given: 'Tomasz', family: 'Wójcik', gender: 'male', birthDate: '1986-11-02',
    illnesses: ['asthma', 'migraine'], allergies: [1, 4], referrals: [open('respiratory', 300)], events: [{ key: 'appendicitis', daysAgo: 800 }],
    why: 'asthma, penicillin anaphylaxis; no relation to anybody of the cast: a.osei needs to break the glass' },
  { ...none, given: 'Adaeze', family: 'Balogun', gender: 'female', birthDate: '1961-07-23',
    illnesses: ['coronary', 'hypertension'], allergies: [], events: [{ key: 'chestpain', daysAgo: 2, stay: 'now' }],
    why: 'lies on ward-a: ordinary access for n.okafor' },
  { ...none, given: 'Lucía', family: 'Fernández', gender: 'female', birthDate: '1994-01-30',
    illnesses: ['anaemia'], allergies: [], events: [{ key: 'collapse', daysAgo: 0.1, stay: 'emergency' }],
    why: 'checked in to the emergency department now: e.vance at ed-1 makes no case' },
  { ...none, given: 'Hannah', family: 'Feld', gender: 'female', birthDate: '1979-05-09',
    illnesses: ['depression', 'thyroid'], allergies: [], referrals: [open('psychological-therapies', 80)], therapist: 't.brandt',
    why: 'in psychotherapy with t.brandt, whose notes are labelled PSYTHPN and V' },
  { ...none, given: 'Jun', family: 'Watanabe', gender: 'male', birthDate: '1973-09-17',
    illnesses: ['hiv', 'reflux'], allergies: [2], referrals: [open('infectious-diseases', 1500)],
    why: 'labelled HIV and R; not checked in: e.vance at ed-1 gets in and makes the case "access without check-in"' },
  { ...none, given: 'Rupert', family: 'Alleyn', gender: 'male', birthDate: '1948-12-05', flags: ['VIP'],
    illnesses: ['coronary', 'fibrillation'], allergies: [], events: [{ key: 'chestpain', daysAgo: 1, stay: 'now' }],
    why: 'VIP, lies on ward-a: n.okafor acknowledges first' },
  { ...none, given: 'Declan', family: 'Byrne', gender: 'male', birthDate: '1968-02-11',
    illnesses: ['alcohol', 'opioids', 'fibrillation'], allergies: [],
    referrals: [{ team: 'cardiology', daysAgo: 700, closedDaysAgo: 200 }, open('addiction-services', 400)],
    why: 'labelled ETH, SUD and R; the referral to cardiology is closed: a.osei needs to break the glass' },
  { ...none, given: 'Sunita', family: 'Patel', gender: 'female', birthDate: '1982-08-19', flags: ['EMP'], is: 's.patel',
    illnesses: ['thyroid', 'migraine'], allergies: [7], referrals: [open('endocrinology', 500)],
    why: 's.patel herself (EMP), referred to her own team: shut to her all the same' },
  { ...none, given: 'Rosa', family: 'Marchetti', gender: 'female', birthDate: '1957-06-28', excludes: 'a.osei',
    illnesses: ['failure', 'hypertension'], allergies: [], referrals: [open('cardiology', 350)],
    why: 'open referral to cardiology, but excludes a.osei' },
];
