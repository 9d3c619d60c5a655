// Label Studio's tasks: labels are annotations, guesses are predictions to be reviewed.
import { fieldsOf, listOf, numberOf, readJson, textOf } from './fields.ts'
import {
  agreed,
  baseOf,
  finderOf,
  type Finder,
  folderOf,
  joined,
  type SetFolder,
  type SetFormat,
  type SetImage,
  type SetOptions,
  type SetRow,
  type SetWriter,
  splitOfWord,
} from './set.ts'
import { xmlTag } from './xml.ts'

export const labelStudio: SetFormat = {
  says: 'images/, tasks.json to import, and the view for the project’s settings (Label Studio)',
  lacks: [],
  parted: 'on demand',
  folderOf: () => 'images',
  unfit: null,
  open: openLabelStudio,
  mark: /(?:^|\/)(?:tasks|project-\d+-at-[^/]*)\.json$/,
  read: readLabelStudio,
}

const path = 'tasks.json'

function openLabelStudio({ classes }: SetOptions): SetWriter {
  let tasks = 0
  return {
    add: (image) => [{ path, text: `${tasks++ === 0 ? '[' : ','}\n${JSON.stringify(taskOf(image))}` }],
    end: () => [
      { path, text: `${tasks === 0 ? '[' : ''}\n]\n` },
      { path: 'view.xml', text: viewOf(classes) },
    ],
  }
}

const viewOf = (classes: readonly string[]): string => `<View>
  <Image name="image" value="$image"/>
  <Choices name="class" toName="image" choice="single">
${classes.map((value) => `    ${xmlTag('Choice', { value }, '/')}\n`).join('')}  </Choices>
</View>
`

/** Paths are below the folder that the server was told to serve: the one that holds `images`. */
const address = '/data/local-files/?d='

const taskOf = ({ file, name, label, guess, group, part }: SetImage) => ({
  data: {
    image: address + file.split('/').map(encodeURIComponent).join('/'),
    name,
    ...(group === null ? {} : { group }),
    ...(part === null ? {} : { split: part }),
  },
  annotations: label === null ? [] : [{ result: [choice(label)] }],
  predictions:
    guess === null
      ? []
      : [{ model_version: 'bowerbird', score: guess.confidence, result: [choice(guess.class)] }],
})

const choice = (name: string) => ({
  id: 'class',
  from_name: 'class',
  to_name: 'image',
  type: 'choices',
  value: { choices: [name] },
})

async function readLabelStudio({ paths, text }: SetFolder): Promise<readonly SetRow[]> {
  const find = finderOf(paths)
  const rows: SetRow[] = []
  for (const document of paths.filter((p) => labelStudio.mark!.test(p))) {
    const root = folderOf(document)
    for (const task of listOf(readJson(await text(document)))) rows.push(rowOf(task, root, find))
  }
  return rows
}

function rowOf(given: unknown, root: string, find: Finder): SetRow {
  const { data, annotations, predictions } = fieldsOf(given)
  const { image, split } = fieldsOf(data)
  const said = listOf(annotations)
    .map(fieldsOf)
    .filter((one) => one['was_cancelled'] !== true)
  const guesses = listOf(predictions).map(fieldsOf)
  const label = agreed(said.flatMap(choicesOf))
  const [guess] = said.length === 0 ? guesses : []
  return {
    file: find(fileOf(String(image)), [root, joined(root, 'images')]),
    class: guess ? agreed(choicesOf(guess)) : label,
    isGuess: guess !== undefined,
    confidence: guess ? numberOf(guess['score']) : null,
    split: splitOfWord(textOf(split) ?? ''),
  }
}

const choicesOf = (annotation: unknown): readonly string[] =>
  listOf(fieldsOf(annotation)['result'])
    .map(fieldsOf)
    .filter(({ type }) => type === 'choices')
    .flatMap(({ value }) => listOf(fieldsOf(value)['choices']).map(String))

/** An upload is kept under its name with eight digits of chance before it. */
function fileOf(image: string): string {
  const given = image.includes('?d=') ? image.slice(image.indexOf('?d=') + 3) : image
  const decoded = /%[\da-f]{2}/i.test(given) ? plainOf(given) : given
  const isUpload = /\/(?:data\/)?upload\//.test(decoded)
  return isUpload ? baseOf(decoded).replace(/^[\da-f]{8}-/, '') : decoded
}

function plainOf(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
