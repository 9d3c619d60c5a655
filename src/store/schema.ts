import { sql } from 'kysely'
import { Failure } from '../base/index.ts'
import type { Rows } from './sqlite.ts'

export const rowsFile = 'bowerbird.db'

/** Forward only: a row is never changed once released, only followed by another. */
const migrations: readonly { readonly says: string; readonly statements: string }[] = [
  {
    says: 'the first schema',
    statements: `
      create table newest (name text primary key, value integer not null);
      insert into newest values
        ('project', 0), ('image', 0), ('class', 0), ('act', 0), ('shard', 0), ('job', 0);
      create table project (
        id integer primary key, name text not null unique, title text not null, encoder text not null,
        seed integer not null, test_share double precision not null,
        validation_share double precision not null,
        is_demo integer not null, is_removed integer not null default 0, created_at bigint not null,
        position integer not null default 0, last_image integer);
      create table tally (
        project integer not null references project (id), split text not null,
        images integer not null, labelled integer not null, primary key (project, split));
      create table class (
        id integer primary key, project integer not null references project (id), name text not null,
        place integer not null, labelled integer not null default 0, unique (project, name));
      create table image (
        id integer primary key, project integer not null references project (id), hash text not null,
        thumbnail text not null, name text not null, width integer not null, height integer not null,
        size_bytes bigint not null, format text not null, group_name text, near_to integer, closure integer,
        split text not null, label integer, is_skipped integer not null default 0, added_at bigint not null);
      create unique index image_hash on image (project, hash);
      create index image_page on image (project, id, split, label);
      create index image_label on image (project, label, id);
      create index image_closure on image (project, closure) where closure is not null;
      create index image_skipped on image (project, id) where is_skipped = 1;
      create table near (
        project integer not null, band integer not null, image integer not null, high integer not null,
        low integer not null, primary key (project, band, image)) without rowid;
      create table family (
        project integer not null, name text not null, closure integer not null,
        primary key (project, name)) without rowid;
      create index family_closure on family (project, closure);
      create table act (
        id integer primary key, project integer not null, name text not null, person text not null,
        is_undone integer not null default 0);
      create index act_open on act (project, is_undone, id);
      create index act_name on act (project, name);
      create table label_event (
        project integer not null references project (id), position integer not null, image integer not null,
        class integer, origin text not null, person text not null, at bigint not null,
        seconds double precision,
        act integer not null references act (id), undoes integer,
        primary key (project, position)) without rowid;
      create index event_image on label_event (image, position);
      create index event_act on label_event (act);
      create table truth (
        project integer not null, image integer not null, class integer not null,
        primary key (project, image)) without rowid;
      create table shard (
        id integer primary key, project integer not null references project (id), encoder text not null,
        blob text not null, count integer not null);
      create index shard_encoder on shard (project, encoder, id);
      create table embedding (
        project integer not null, encoder text not null, image integer not null, shard integer not null,
        place integer not null, primary key (project, encoder, image)) without rowid;
      create index embedding_shard on embedding (shard, place);
      create table model (
        project integer not null references project (id), version integer not null, key text not null,
        kind text not null, blob text not null, card text not null, figures text not null, guesses text,
        created_at bigint not null, primary key (project, version), unique (project, key)) without rowid;
      create table alias (
        project integer not null references project (id), name text not null, change integer not null,
        version integer not null, at bigint not null, primary key (project, name, change)) without rowid;
      create table job (
        id integer primary key, key text not null, project text, step text not null, input text not null,
        state text not null, done double precision not null default 0, total double precision,
        sentence text not null default '', attempts integer not null default 0, output text, error text,
        created_at bigint not null, started_at bigint, finished_at bigint, fence integer not null default 0,
        lease_until bigint, worker text);
      create index job_key on job (key, id);
      create index job_state on job (state, id);
      create index job_project on job (project, id);
      create table setting (key text primary key, value text not null);`,
  },
  {
    says: 'sessions in rounds, and questions held by one person at a time',
    statements: `
      insert into newest values ('session', 0);
      create table session (
        id integer primary key, project integer not null references project (id), name text not null,
        description text not null, state text not null, settings text not null, findings text not null,
        why text not null default '', created_at bigint not null, started_at bigint, completed_at bigint,
        unique (project, name));
      create table round (
        project integer not null references project (id), session integer not null references session (id),
        number integer not null, state text not null, is_rolled_back integer not null default 0,
        strategy text not null, says text not null, position integer not null, version integer,
        figures text not null default '{}', started_at bigint not null, completed_at bigint,
        primary key (session, number)) without rowid;
      create index round_project on round (project);
      create table question (
        project integer not null references project (id), session integer not null references session (id),
        round integer not null, place integer not null, image integer not null, reason text not null,
        is_drawn integer not null, primary key (session, round, place)) without rowid;
      create index question_project on question (project);
      create table lease (
        project integer not null references project (id), image integer not null, person text not null,
        until bigint not null, primary key (project, image)) without rowid;`,
  },
  {
    says: 'many blobs in one file',
    statements: `
      insert into newest values ('pack', 0);
      create table pack (id integer primary key, file text not null, size_bytes bigint not null);
      create table place (
        hash text primary key, pack integer not null, start bigint not null,
        size_bytes bigint not null, used integer not null) without rowid;`,
  },
]
export const schemaNumber = migrations.length

/** Brings the rows to this program's schema; several processes may try at once, one does it. */
export async function migrate(rows: Rows, file: string): Promise<void> {
  if (knownSchema(rows, file) === schemaNumber) return
  await rows.write(async (w) => {
    for (const { statements } of migrations.slice(knownSchema(rows, file))) {
      for (const statement of statements.split(';').filter((text) => text.trim() !== '')) {
        await sql.raw(statement).execute(w.db)
      }
    }
    rows.setSchema(w, schemaNumber)
  })
}

export function knownSchema(rows: Rows, file: string): number {
  const found = rows.schema()
  if (found <= schemaNumber) return found
  const rule = `its schema is number ${found}, and this program knows up to number ${schemaNumber}`
  throw new Failure('newer-schema', `cannot open ${file}: ${rule}; open it with a newer bowerbird`)
}
