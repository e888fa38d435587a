// names.mjs - names of people who do not exist, streets that are not there.

const cultures = [
  {
    share: 30,
    female: ['Margaret', 'Charlotte', 'Emily', 'Susan', 'Patricia', 'Olivia', 'Joan', 'Lucy', 'Hazel', 'Beth', 'Ruby', 'Gillian'],
    male: ['George', 'Harry', 'Thomas', 'Peter', 'William', 'Alan', 'Jack', 'Oliver', 'Derek', 'Simon', 'Arthur', 'Neil'],
    family: ['Ashworth', 'Barlow', 'Carter', 'Dawson', 'Elliott', 'Fletcher', 'Greenwood', 'Hartley', 'Jennings', 'Lockwood', 'Marsden', 'Thornton', 'Whitaker', 'Yates'],
  },
  {
    share: 9,
    female: ['Priya', 'Ananya', 'Sunita', 'Lakshmi', 'Meera', 'Kavita', 'Harpreet', 'Nisha'],
    male: ['Arjun', 'Rahul', 'Vikram', 'Sanjay', 'Rohan', 'Gurpreet', 'Anil', 'Kiran'],
    family: ['Sharma', 'Iyer', 'Singh', 'Reddy', 'Desai', 'Chatterjee', 'Nair', 'Gill', 'Mehta'],
  },
  {
    share: 8,
    female: ['Ayesha', 'Fatima', 'Zainab', 'Mariam', 'Sana', 'Khadija', 'Nusrat'],
    male: ['Imran', 'Bilal', 'Usman', 'Tariq', 'Hamza', 'Yusuf', 'Farhan'],
    family: ['Khan', 'Malik', 'Hussain', 'Chowdhury', 'Rahman', 'Qureshi', 'Begum', 'Siddiqui'],
  },
  {
    share: 8,
    female: ['Adaeze', 'Ngozi', 'Folake', 'Abena', 'Efua', 'Chiamaka', 'Temitope'],
    male: ['Chidi', 'Kwame', 'Oluwaseun', 'Emeka', 'Kofi', 'Tunde', 'Babatunde'],
    family: ['Balogun', 'Eze', 'Mensah', 'Owusu', 'Adeleke', 'Nwosu', 'Boateng', 'Asante'],
  },
  {
    share: 6,
    female: ['Agnieszka', 'Małgorzata', 'Zofia', 'Katarzyna', 'Ewa', 'Magda'],
    male: ['Paweł', 'Krzysztof', 'Jakub', 'Marek', 'Łukasz', 'Andrzej'],
    family: ['Kowalski', 'Nowak', 'Zieliński', 'Kamiński', 'Dąbrowski', 'Wiśniewski'],
  },
  {
    share: 5,
    female: ['Niamh', 'Siobhán', 'Aoife', 'Róisín', 'Bridget', 'Gráinne'],
    male: ['Declan', 'Cillian', 'Eoin', 'Pádraig', 'Seán', 'Conor'],
    family: ["O'Brien", 'Murphy', 'Gallagher', "O'Sullivan", 'Kavanagh', 'Doyle', 'Byrne'],
  },
  {
    share: 5,
    female: ['Mei', 'Xiu Ying', 'Li Na', 'Hui Min', 'Jia', 'Wen'],
    male: ['Wei', 'Jun', 'Ming', 'Hao', 'Zhi', 'Tian'],
    family: ['Chen', 'Wang', 'Zhang', 'Liu', 'Lam', 'Wong', 'Huang'],
  },
  {
    share: 4,
    female: ['Lucía', 'Carmen', 'Inês', 'Beatriz', 'Valentina', 'Ximena'],
    male: ['Mateus', 'Javier', 'João', 'Santiago', 'Andrés', 'Íñigo'],
    family: ['Fernández', 'García', 'Gonçalves', 'Muñoz', 'Pereira', 'Rodríguez', 'Núñez'],
  },
  {
    share: 4,
    female: ['Elena', 'Ioana', 'Andreea', 'Raluca', 'Simona'],
    male: ['Andrei', 'Ștefan', 'Mihai', 'Radu', 'Cristian'],
    family: ['Popescu', 'Ionescu', 'Dumitru', 'Munteanu', 'Țurcanu'],
  },
  {
    share: 4,
    female: ['Shanice', 'Marcia', 'Keisha', 'Jacinth', 'Yvonne'],
    male: ['Delroy', 'Winston', 'Leroy', 'Marlon', 'Tyrone'],
    family: ['Campbell', 'Grant', 'Bailey', 'Francis', 'Gayle', 'Powell'],
  },
  {
    share: 3,
    female: ['Layla', 'Noor', 'Rania', 'Salma', 'Hanan'],
    male: ['Omar', 'Karim', 'Ahmad', 'Samir', 'Ziad'],
    family: ['Al-Masri', 'Haddad', 'Nasser', 'Khoury', 'Al-Jabiri'],
  },
  {
    share: 3,
    female: ['Elif', 'Ayşe', 'Zeynep', 'Gül', 'Defne'],
    male: ['Mehmet', 'Emre', 'Çağlar', 'Murat', 'Ömer'],
    family: ['Yılmaz', 'Demir', 'Şahin', 'Özdemir', 'Kaya'],
  },
  {
    share: 3,
    female: ['Linh', 'Thuỳ', 'Hương', 'Lan', 'Mai'],
    male: ['Minh', 'Đức', 'Quang', 'Bảo', 'Tuấn'],
    family: ['Nguyễn', 'Trần', 'Lê', 'Phạm', 'Đặng'],
  },
  {
    share: 3,
    female: ['Anneliese', 'Katrin', 'Hélène', 'Zoë'],
    male: ['Jürgen', 'Matthias', 'François', 'Björn', 'Søren', 'Étienne'],
    family: ['Müller', 'Köhler', 'Lefèvre', 'Jørgensen', 'Åkesson', 'van den Berg'],
  },
  {
    share: 2,
    female: ['Hodan', 'Amina', 'Tigist', 'Saba', 'Ifrah'],
    male: ['Abdi', 'Dawit', 'Yonas', 'Liban', 'Bereket'],
    family: ['Abdullahi', 'Tesfaye', 'Warsame', 'Haile', 'Mohamud'],
  },
].map((culture) => [culture.share, culture]);

const streets = ['Mill Lane', 'Station Road', 'Chapel Street', 'Orchard Close', 'Victoria Road', 'Quarry Hill', 'Ferry Street', 'Park Terrace', 'Beech Grove', 'Tannery Row', 'Canal Walk', 'Abbey Gardens', 'Windmill Rise', 'Foundry Lane'];
const towns = [
  ['Elsewick', 'ZE1'],
  ['Harrowmere', 'ZE2'],
  ['Great Tolling', 'ZE3'],
  ['Saltby', 'ZE4'],
  ['Nether Wharf', 'ZE5'],
  ['Kingsferry', 'ZE6'],
];

/** { given, family, gender } */
export function personName(random, gender) {
  const culture = random.weighted(cultures);
  const sex = gender === 'male' || gender === 'female' ? gender : random.pick(['female', 'male']);
  return { given: random.pick(culture[sex]), family: random.pick(culture.family) };
}

export function address(random) {
  const [city, area] = random.pick(towns);
  const letters = 'ABDEFGHJLNPQRSTUWXYZ';
  return {
    use: 'home',
    line: [`${random.whole(1, 180)} ${random.pick(streets)}`],
    city,
    postalCode: `${area} ${random.whole(1, 9)}${letters[random.whole(0, 19)]}${letters[random.whole(0, 19)]}`,
    country: 'GB',
  };
}

/** A number from the range that Ofcom keeps for drama. */
export const telephone = (random) => `020 7946 0${String(random.whole(0, 999)).padStart(3, '0')}`;

/** A number from the range that the NHS keeps for tests (999 ...), with its check digit; distinct up to 100,000 patients. */
export function nhsNumber(number) {
  for (let middle = number; ; middle += 700_001) {
    const digits = `999${String(middle % 1_000_000).padStart(6, '0')}`;
    const sum = [...digits].reduce((total, digit, i) => total + Number(digit) * (10 - i), 0);
    const check = (11 - (sum % 11)) % 11;
    if (check !== 10) return `${digits}${check}`;
  }
}

const words = (
  'amber anchor apple arrow aspen badge baker barley basin beacon birch bison blanket bottle branch bridge bronze bucket ' +
  'butter cactus candle canyon carbon castle cedar cellar cherry circle cliff clover cobalt comet copper coral cotton cradle ' +
  'crane crater crystal dagger dahlia desert dolphin donkey dragon drum eagle ember engine falcon feather fern ferry fiddle ' +
  'flint forest fossil fountain garden garnet ginger glacier goblet granite gravel hammer harbor harvest hazel heron hollow ' +
  'honey island ivory jacket jasmine jigsaw jungle kayak kernel kettle kitten ladder lagoon lantern lemon lilac lizard lobster ' +
  'locket magnet mango maple marble marsh meadow mirror mitten monsoon mosaic mustard napkin nectar nickel nutmeg oasis ocean ' +
  'olive onyx orbit orchid otter oyster paddle panda parrot pebble pepper piano pigeon pillow planet plum pocket pollen ' +
  'poppy prairie puzzle quartz quiver rabbit raven ribbon river rocket saddle saffron salmon satin saucer scarlet shadow ' +
  'shovel silver sketch slate sparrow spiral spruce stable starling sunset tango teapot temple thimble thistle thunder tiger ' +
  'timber topaz trellis tulip tunnel turnip velvet violet walnut walrus willow window winter wizard yarrow zebra zephyr'
).split(' ');

export const passphrase = (random) => [0, 0, 0, 0].map(() => random.pick(words)).join('-');
