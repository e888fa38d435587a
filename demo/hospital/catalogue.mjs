// catalogue.mjs - what people fall ill with here, how that is measured, treated and written down.
//
// Data only. Codes are SNOMED CT (conditions, procedures), LOINC (observations, documents), RxNorm
// (ingredients) and CVX (vaccines). Likelihoods are plausible, not epidemiology.

export const systems = {
  snomed: 'http://snomed.info/sct',
  loinc: 'http://loinc.org',
  rxnorm: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  cvx: 'http://hl7.org/fhir/sid/cvx',
  ucum: 'http://unitsofmeasure.org',
  label: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
  confidentiality: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality',
};

/** specialty -> its name and the ward its patients lie on */
export const specialties = {
  'cardiology': { name: 'Cardiology', ward: 'ward-a' },
  'general-medicine': { name: 'General medicine', ward: 'ward-b' },
  'respiratory': { name: 'Respiratory medicine', ward: 'ward-c' },
  'general-surgery': { name: 'General surgery', ward: 'ward-d' },
  'orthopaedics': { name: 'Trauma and orthopaedics', ward: 'ward-e' },
  'obstetrics': { name: 'Obstetrics', ward: 'ward-f' },
  'paediatrics': { name: 'Paediatrics', ward: 'ward-g' },
  'oncology': { name: 'Oncology', ward: 'ward-h' },
  'endocrinology': { name: 'Diabetes and endocrinology', ward: 'ward-b' },
  'gastroenterology': { name: 'Gastroenterology', ward: 'ward-b' },
  'renal': { name: 'Renal medicine', ward: 'ward-b' },
  'neurology': { name: 'Neurology', ward: 'ward-b' },
  'infectious-diseases': { name: 'Infectious diseases', ward: 'ward-c' },
  'psychiatry': { name: 'Psychiatry', ward: 'ward-b' },
  'psychological-therapies': { name: 'Psychological therapies' },
  'addiction-services': { name: 'Addiction services' },
  'emergency-medicine': { name: 'Emergency medicine', ward: 'ward-b' },
};

export const wards = ['ward-a', 'ward-b', 'ward-c', 'ward-d', 'ward-e', 'ward-f', 'ward-g', 'ward-h'];

// [LOINC, display, unit, UCUM, digits, low, high]
export const measures = {
  hba1c: ['4548-4', 'Hemoglobin A1c/Hemoglobin.total in Blood', '%', '%', 1, 4, 6],
  glucose: ['2345-7', 'Glucose [Mass/volume] in Serum or Plasma', 'mg/dL', 'mg/dL', 0, 70, 110],
  creatinine: ['2160-0', 'Creatinine [Mass/volume] in Serum or Plasma', 'mg/dL', 'mg/dL', 2, 0.6, 1.2],
  egfr: ['33914-3', 'Glomerular filtration rate/1.73 sq M.predicted', 'mL/min/1.73m2', 'mL/min/{1.73_m2}', 0, 60, 120],
  potassium: ['2823-3', 'Potassium [Moles/volume] in Serum or Plasma', 'mmol/L', 'mmol/L', 1, 3.5, 5.1],
  sodium: ['2951-2', 'Sodium [Moles/volume] in Serum or Plasma', 'mmol/L', 'mmol/L', 0, 136, 145],
  ldl: ['13457-7', 'Cholesterol in LDL [Mass/volume] in Serum or Plasma by calculation', 'mg/dL', 'mg/dL', 0, 0, 130],
  haemoglobin: ['718-7', 'Hemoglobin [Mass/volume] in Blood', 'g/dL', 'g/dL', 1, 12, 16.5],
  ferritin: ['2276-4', 'Ferritin [Mass/volume] in Serum or Plasma', 'ng/mL', 'ng/mL', 0, 15, 200],
  leukocytes: ['6690-2', 'Leukocytes [#/volume] in Blood by Automated count', '10*3/uL', '10*3/uL', 1, 4, 11],
  crp: ['1988-5', 'C reactive protein [Mass/volume] in Serum or Plasma', 'mg/L', 'mg/L', 0, 0, 5],
  bnp: ['33762-6', 'Natriuretic peptide.B prohormone N-Terminal [Mass/volume] in Serum or Plasma', 'pg/mL', 'pg/mL', 0, 0, 300],
  troponin: ['6598-7', 'Troponin T.cardiac [Mass/volume] in Serum or Plasma', 'ug/L', 'ug/L', 3, 0, 0.014],
  tsh: ['3016-3', 'Thyrotropin [Units/volume] in Serum or Plasma', 'mIU/L', 'm[IU]/L', 2, 0.4, 4.5],
  alt: ['1742-6', 'Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma', 'U/L', 'U/L', 0, 7, 56],
  ggt: ['2324-2', 'Gamma glutamyl transferase [Enzymatic activity/volume] in Serum or Plasma', 'U/L', 'U/L', 0, 9, 48],
  viralload: ['20447-9', 'HIV 1 RNA [#/volume] (viral load) in Serum or Plasma by NAA with probe detection', '{copies}/mL', '{copies}/mL', 0, 0, 50],
  cd4: ['24467-3', 'CD3+CD4+ (T4 helper) cells [#/volume] in Blood', 'cells/uL', '{cells}/uL', 0, 500, 1500],
  fev1: ['20150-9', 'FEV1', 'L', 'L', 2, 2, 5],
  peakflow: ['19935-6', 'Maximum expiratory gas flow Respiratory system airway by Peak flow meter', 'L/min', 'L/min', 0, 380, 650],
  phq9: ['44261-6', 'Patient Health Questionnaire 9 item (PHQ-9) total score', '{score}', '{score}', 0, 0, 4],
  ca153: ['6875-9', 'Cancer Ag 15-3 [Units/volume] in Serum or Plasma', 'U/mL', 'U/mL', 0, 0, 30],
};

// name: [RxNorm ingredient, display, dose text]
export const medicines = {
  metformin: ['6809', 'metformin 500 mg tablet', '500 mg twice daily with meals'],
  gliclazide: ['4816', 'gliclazide 80 mg tablet', '80 mg once daily'],
  glargine: ['274783', 'insulin glargine 100 units/mL', '14 units at night'],
  ramipril: ['35296', 'ramipril 5 mg capsule', '5 mg once daily'],
  amlodipine: ['17767', 'amlodipine 5 mg tablet', '5 mg once daily'],
  atorvastatin: ['83367', 'atorvastatin 20 mg tablet', '20 mg at night'],
  furosemide: ['4603', 'furosemide 40 mg tablet', '40 mg in the morning'],
  bisoprolol: ['19484', 'bisoprolol 2.5 mg tablet', '2.5 mg once daily'],
  apixaban: ['1364430', 'apixaban 5 mg tablet', '5 mg twice daily'],
  aspirin: ['1191', 'aspirin 75 mg tablet', '75 mg once daily'],
  salbutamol: ['435', 'salbutamol 100 microgram inhaler', '2 puffs as needed'],
  beclometasone: ['1347', 'beclometasone 100 microgram inhaler', '2 puffs twice daily'],
  tiotropium: ['69120', 'tiotropium 18 microgram inhalation powder', 'once daily'],
  levothyroxine: ['10582', 'levothyroxine 100 microgram tablet', '100 micrograms before breakfast'],
  sertraline: ['36437', 'sertraline 50 mg tablet', '50 mg once daily'],
  acamprosate: ['82819', 'acamprosate 333 mg tablet', '666 mg three times daily'],
  methadone: ['6813', 'methadone 1 mg/mL oral solution', '40 mL once daily, supervised'],
  thiamine: ['10454', 'thiamine 100 mg tablet', '100 mg twice daily'],
  dolutegravir: ['1433868', 'dolutegravir 50 mg tablet', '50 mg once daily'],
  lamivudine: ['68244', 'lamivudine 300 mg tablet', '300 mg once daily'],
  ferrous: ['24947', 'ferrous sulfate 200 mg tablet', '200 mg twice daily'],
  omeprazole: ['7646', 'omeprazole 20 mg capsule', '20 mg once daily'],
  levetiracetam: ['114477', 'levetiracetam 500 mg tablet', '500 mg twice daily'],
  sumatriptan: ['37418', 'sumatriptan 50 mg tablet', '50 mg at onset'],
  tamoxifen: ['10324', 'tamoxifen 20 mg tablet', '20 mg once daily'],
  amoxicillin: ['723', 'amoxicillin 500 mg capsule', '500 mg three times daily for 7 days'],
  doxycycline: ['3640', 'doxycycline 100 mg capsule', '100 mg once daily for 7 days'],
  paracetamol: ['161', 'paracetamol 500 mg tablet', '1 g up to four times daily'],
  ibuprofen: ['5640', 'ibuprofen 400 mg tablet', '400 mg three times daily with food'],
  morphine: ['7052', 'morphine sulfate 10 mg/5 mL oral solution', '5 mg every four hours as needed'],
  prednisolone: ['8638', 'prednisolone 5 mg tablet', '30 mg once daily for 5 days'],
  folic: ['4511', 'folic acid 5 mg tablet', '5 mg once daily'],
};

// Labels of sensitivity, as they go into meta.security: [sensitivity, confidentiality].
export const labels = {
  hiv: [['HIV', 'HIV/AIDS information sensitivity'], ['R', 'restricted']],
  addiction: [['SUD', 'substance use disorder information sensitivity'], ['R', 'restricted']],
  alcohol: [['ETH', 'substance abuse information sensitivity'], ['R', 'restricted']],
  psychotherapy: [['PSYTHPN', 'psychotherapy note information sensitivity'], ['V', 'very restricted']],
};

// A long illness. `tests` are [measure, value at onset, value it settles at, spread].
export const illnesses = {
  diabetes: {
    code: ['44054006', 'Type 2 diabetes mellitus'], team: 'endocrinology', visits: 2,
    likely: (age) => (age < 30 ? 0.004 : age < 50 ? 0.06 : 0.17),
    medicines: [['metformin', 1], ['gliclazide', 0.35], ['glargine', 0.15], ['atorvastatin', 0.5]],
    tests: [['hba1c', 9.6, 7.1, 0.35], ['glucose', 215, 140, 18], ['egfr', 84, 72, 5]],
    plan: 'Diabetes self-management plan', raises: { kidney: 2.5, coronary: 1.8 },
  },
  hypertension: {
    code: ['59621000', 'Essential hypertension'], team: 'cardiology', visits: 1, rarelyReferred: true,
    likely: (age) => (age < 35 ? 0.02 : age < 55 ? 0.18 : 0.42),
    medicines: [['amlodipine', 0.7], ['ramipril', 0.6]],
    tests: [['potassium', 4.2, 4.4, 0.25], ['creatinine', 0.95, 1.02, 0.08]],
    raises: { failure: 2, kidney: 1.5, coronary: 1.5 },
  },
  failure: {
    code: ['84114007', 'Heart failure'], team: 'cardiology', visits: 2,
    likely: (age) => (age < 50 ? 0.002 : age < 70 ? 0.03 : 0.1),
    medicines: [['furosemide', 0.9], ['bisoprolol', 0.8], ['ramipril', 0.7]],
    tests: [['bnp', 2900, 1150, 240], ['potassium', 4.3, 4.6, 0.3], ['creatinine', 1.15, 1.35, 0.1]],
    procedure: ['40701008', 'Echocardiography'], report: 'echo', plan: 'Heart failure care plan',
    acute: ['84114007', 'Decompensated heart failure'],
  },
  fibrillation: {
    code: ['49436004', 'Atrial fibrillation'], team: 'cardiology', visits: 1,
    likely: (age) => (age < 50 ? 0.003 : age < 70 ? 0.03 : 0.1),
    medicines: [['apixaban', 0.9], ['bisoprolol', 0.7]],
    tests: [['haemoglobin', 13.6, 13.2, 0.5], ['potassium', 4.3, 4.3, 0.3]],
    procedure: ['29303009', 'Electrocardiographic procedure'], report: 'ecg',
  },
  coronary: {
    code: ['53741008', 'Coronary arteriosclerosis'], team: 'cardiology', visits: 1,
    likely: (age) => (age < 45 ? 0.003 : age < 65 ? 0.05 : 0.11),
    medicines: [['aspirin', 0.95], ['atorvastatin', 0.95], ['bisoprolol', 0.5]],
    tests: [['ldl', 162, 84, 11]],
    procedure: ['41339005', 'Coronary angioplasty'], acute: ['22298006', 'Myocardial infarction'],
  },
  asthma: {
    code: ['195967001', 'Asthma'], team: 'respiratory', visits: 1, rarelyReferred: true, from: 4,
    likely: (age) => (age < 18 ? 0.12 : 0.08),
    medicines: [['salbutamol', 1], ['beclometasone', 0.7]],
    tests: [['peakflow', 340, 430, 25]], acute: ['708038006', 'Acute exacerbation of asthma'], plan: 'Asthma action plan',
  },
  copd: {
    code: ['13645005', 'Chronic obstructive lung disease'], team: 'respiratory', visits: 1, from: 45,
    likely: (age) => (age < 50 ? 0 : age < 65 ? 0.04 : 0.09),
    medicines: [['tiotropium', 0.9], ['salbutamol', 0.9]],
    tests: [['fev1', 1.9, 1.45, 0.1]], acute: ['195951007', 'Acute exacerbation of chronic obstructive airways disease'],
  },
  kidney: {
    code: ['433144002', 'Chronic kidney disease stage 3'], team: 'renal', visits: 2, from: 40,
    likely: (age) => (age < 50 ? 0.004 : age < 70 ? 0.04 : 0.11),
    medicines: [['ramipril', 0.7]],
    tests: [['creatinine', 1.5, 1.9, 0.1], ['egfr', 55, 38, 3], ['potassium', 4.6, 4.9, 0.3]],
  },
  thyroid: {
    code: ['40930008', 'Hypothyroidism'], team: 'endocrinology', visits: 1, rarelyReferred: true, from: 16,
    likely: (age, gender) => (gender === 'female' ? 0.07 : 0.015),
    medicines: [['levothyroxine', 1]], tests: [['tsh', 11.5, 2.4, 0.7]],
  },
  depression: {
    code: ['35489007', 'Depressive disorder'], team: 'psychiatry', visits: 1, rarelyReferred: true, from: 16,
    likely: (age) => (age < 18 ? 0.04 : 0.11), medicines: [['sertraline', 0.75]],
    tests: [['phq9', 18, 7, 2.5]], therapy: 0.35,
  },
  alcohol: {
    code: ['7200002', 'Alcohol dependence'], team: 'addiction-services', visits: 1, from: 20, label: 'alcohol',
    likely: (age) => (age < 70 ? 0.025 : 0.01), medicines: [['acamprosate', 0.6], ['thiamine', 0.9]],
    tests: [['ggt', 210, 90, 24], ['alt', 84, 52, 9]],
  },
  opioids: {
    code: ['75544000', 'Opioid dependence'], team: 'addiction-services', visits: 2, from: 18, label: 'addiction',
    likely: (age) => (age < 60 ? 0.012 : 0.002), medicines: [['methadone', 0.9]],
    tests: [['alt', 66, 44, 8]], plan: 'Opioid substitution plan',
  },
  hiv: {
    code: ['86406008', 'Human immunodeficiency virus infection'], team: 'infectious-diseases', visits: 2, from: 18, label: 'hiv',
    likely: () => 0.008, medicines: [['dolutegravir', 1], ['lamivudine', 1]],
    tests: [['viralload', 48000, 20, 9], ['cd4', 310, 640, 40]],
  },
  anaemia: {
    code: ['87522002', 'Iron deficiency anemia'], team: 'gastroenterology', visits: 1, rarelyReferred: true,
    likely: (age, gender) => (gender === 'female' ? 0.06 : 0.03), medicines: [['ferrous', 0.95]],
    tests: [['haemoglobin', 9.4, 12.6, 0.5], ['ferritin', 7, 48, 9]],
  },
  reflux: {
    code: ['235595009', 'Gastroesophageal reflux disease'], team: 'gastroenterology', visits: 0, rarelyReferred: true, from: 18,
    likely: () => 0.09, medicines: [['omeprazole', 1]], tests: [],
  },
  arthritis: {
    code: ['396275006', 'Osteoarthritis'], team: 'orthopaedics', visits: 1, from: 45,
    likely: (age) => (age < 50 ? 0.01 : age < 65 ? 0.1 : 0.22),
    medicines: [['paracetamol', 0.8], ['ibuprofen', 0.4]], tests: [],
    procedure: ['179344006', 'Total prosthetic replacement of knee joint'], procedureChance: 0.2, report: 'knee',
  },
  epilepsy: {
    code: ['84757009', 'Epilepsy'], team: 'neurology', visits: 1,
    likely: () => 0.011, medicines: [['levetiracetam', 1]], tests: [['sodium', 139, 139, 1.6]],
  },
  migraine: {
    code: ['37796009', 'Migraine'], team: 'neurology', visits: 0, rarelyReferred: true, from: 12,
    likely: (age, gender) => (gender === 'female' ? 0.1 : 0.04), medicines: [['sumatriptan', 0.8]], tests: [],
  },
  breast: {
    code: ['254837009', 'Malignant neoplasm of breast'], team: 'oncology', visits: 2, from: 32,
    likely: (age, gender) => (gender === 'female' && age > 40 ? 0.03 : 0), medicines: [['tamoxifen', 0.8]],
    tests: [['ca153', 44, 22, 3], ['leukocytes', 5.1, 6.2, 0.6]],
    procedure: ['392021009', 'Lumpectomy of breast'], plan: 'Breast cancer follow-up plan',
  },
};

// Something sudden. `days` in hospital; 0 is home from the emergency department.
export const events = {
  pneumonia: { code: ['233604007', 'Pneumonia'], team: 'respiratory', days: [3, 9], likely: (age) => (age > 64 ? 9 : 3), medicine: 'amoxicillin', tests: [['crp', 140], ['leukocytes', 15.5]], report: 'chest' },
  appendicitis: { code: ['74400008', 'Appendicitis'], team: 'general-surgery', days: [2, 4], likely: (age) => (age < 45 ? 4 : 1), medicine: 'morphine', tests: [['crp', 88], ['leukocytes', 14.8]], procedure: ['80146002', 'Appendectomy'] },
  gallstones: { code: ['235919008', 'Gallbladder calculus'], team: 'general-surgery', days: [2, 5], likely: (age) => (age > 30 ? 3 : 0), medicine: 'morphine', tests: [['alt', 132], ['crp', 54]], procedure: ['45595009', 'Laparoscopic cholecystectomy'] },
  hip: { code: ['5913000', 'Fracture of neck of femur'], team: 'orthopaedics', days: [6, 14], likely: (age) => (age > 70 ? 9 : 0), medicine: 'morphine', tests: [['haemoglobin', 10.4]], procedure: ['52734007', 'Total replacement of hip'], report: 'hip' },
  chestpain: { code: ['29857009', 'Chest pain'], team: 'cardiology', days: [1, 3], likely: (age) => (age > 40 ? 6 : 1), medicine: 'aspirin', tests: [['troponin', 0.012], ['potassium', 4.2]], report: 'ecg' },
  birth: { code: ['3950001', 'Birth'], team: 'obstetrics', days: [1, 4], likely: (age, gender) => (gender === 'female' && age > 19 && age < 42 ? 9 : 0), medicine: 'paracetamol', tests: [['haemoglobin', 11.2]], procedure: ['177184002', 'Normal delivery procedure'] },
  bronchiolitis: { code: ['4120002', 'Bronchiolitis'], team: 'paediatrics', days: [1, 4], likely: (age) => (age < 3 ? 14 : 0), medicine: 'paracetamol', tests: [['crp', 9]] },
  gastroenteritis: { code: ['25374005', 'Gastroenteritis'], team: 'general-medicine', days: [1, 3], likely: () => 3, medicine: 'paracetamol', tests: [['sodium', 133], ['potassium', 3.4]] },
  kidneyinfection: { code: ['45816000', 'Pyelonephritis'], team: 'general-medicine', days: [2, 5], likely: (age, gender) => (gender === 'female' ? 3 : 1), medicine: 'amoxicillin', tests: [['crp', 120], ['creatinine', 1.3]] },
  neutropenia: { code: ['409089005', 'Febrile neutropenia'], team: 'oncology', days: [3, 8], likely: (age) => (age > 45 ? 1 : 0), medicine: 'amoxicillin', tests: [['leukocytes', 0.9], ['crp', 96]] },
  sprain: { code: ['44465007', 'Sprain of ankle'], team: 'emergency-medicine', days: [0, 0], likely: (age) => (age > 5 ? 6 : 1), medicine: 'ibuprofen', tests: [], report: 'ankle' },
  laceration: { code: ['283371005', 'Laceration of forearm'], team: 'emergency-medicine', days: [0, 0], likely: () => 5, medicine: 'paracetamol', tests: [], procedure: ['287903004', 'Suture of wound'] },
  tonsillitis: { code: ['90176007', 'Tonsillitis'], team: 'emergency-medicine', days: [0, 0], likely: (age) => (age < 30 ? 7 : 1), medicine: 'amoxicillin', tests: [] },
  collapse: { code: ['271594007', 'Syncope'], team: 'emergency-medicine', days: [0, 0], likely: (age) => (age > 16 ? 3 : 0), medicine: 'paracetamol', tests: [['glucose', 96], ['haemoglobin', 13]], report: 'ecg' },
};

// [LOINC, title, conclusion]
export const reports = {
  echo: ['42148-7', 'Heart US', 'Left ventricle moderately impaired, ejection fraction 38 %. Mild mitral regurgitation.'],
  ecg: ['11524-6', 'EKG study', 'Sinus rhythm, no acute ischaemic change.'],
  chest: ['30745-4', 'Chest X-ray', 'Right lower zone consolidation. No effusion.'],
  knee: ['36554-4', 'Knee X-ray', 'Narrowed medial joint space with osteophytes.'],
  hip: ['37637-6', 'Hip X-ray', 'Displaced intracapsular fracture of the femoral neck.'],
  ankle: ['36566-8', 'Ankle X-ray', 'No fracture seen. Soft tissue swelling.'],
  laboratory: ['11502-2', 'Laboratory report', ''],
};

// [SNOMED substance, display, reaction, criticality]
export const allergens = [
  ['764146007', 'Penicillin', ['271807003', 'Eruption of skin'], 'high'],
  ['764146007', 'Penicillin', ['39579001', 'Anaphylaxis'], 'high'],
  ['387458008', 'Aspirin', ['427461000', 'Bronchospasm'], 'low'],
  ['111088007', 'Latex', ['40275004', 'Contact dermatitis'], 'low'],
  ['762952008', 'Peanut', ['39579001', 'Anaphylaxis'], 'high'],
  ['735029006', 'Shellfish', ['247472004', 'Wheal'], 'low'],
  ['387406002', 'Sulfonamide', ['271807003', 'Eruption of skin'], 'low'],
  ['260147004', 'House dust mite', ['61582004', 'Allergic rhinitis'], 'low'],
];

// [CVX, display]
export const vaccines = {
  influenza: ['141', 'Influenza, seasonal, injectable'],
  covid: ['213', 'SARS-COV-2 (COVID-19) vaccine, UNSPECIFIED'],
  pneumococcal: ['33', 'pneumococcal polysaccharide PPV23'],
  mmr: ['03', 'MMR'],
  dtap: ['20', 'DTaP'],
  tetanus: ['09', 'Td (adult), 2 Lf tetanus toxoid, preservative free, adsorbed'],
};

export const safetyFlags = [
  ['129839007', 'At risk for falls'],
  ['304253006', 'Not for resuscitation'],
  ['225915006', 'At risk of violence in the environment'],
  ['473011001', 'Interpreter needed'],
];
