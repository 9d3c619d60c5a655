// One child process: it is told what holds, says when it is ready, and its end is always noticed.
import { spawn } from 'node:child_process'
import { sentenceOf } from '../base/index.ts'
import type { Configuration } from '../steps/index.ts'
import type { FromChild, Role, ToChild, Trouble } from './messages.ts'

/** How to start the program again as a child: `role` and its name are added to the arguments. */
export type Worker = { readonly command: string; readonly args: readonly string[] }
export type Begin = {
  readonly worker: Worker
  readonly configuration: Configuration
  readonly log: (event: string, fields: Readonly<Record<string, unknown>>) => void
}
export type End = { readonly how: string; readonly wasReady: boolean; readonly trouble: Trouble | undefined }
export type Child = {
  readonly pid: number | undefined
  send(message: ToChild): void
  /** Fulfilled when the process is gone, however it went. */
  readonly ended: Promise<End>
  /** Asks it to end, and after a grace makes it. */
  close(): Promise<void>
}

// Ctrl-C must end the program within 2 s, and closing connections may take half of one: what has not ended
// by then holds nothing that a crash could harm.
const graceMs = 1_200

export function openChild(role: Role, o: Begin, hear: (message: FromChild) => void): Child {
  const process = spawn(o.worker.command, [...o.worker.args, '--role', role], {
    // A child's words must not mix with a command's output: its stdout is our stderr.
    stdio: ['ignore', 2, 2, 'ipc'],
    serialization: 'advanced',
    windowsHide: true,
  })
  let wasReady = false
  let trouble: Trouble | undefined
  process.on('message', (message) => {
    const heard = message as FromChild
    if (heard.type === 'ready') wasReady = true
    else if (heard.type === 'unable') trouble = heard.error
    else if (heard.type === 'log') o.log(heard.event, heard.fields)
    else hear(heard)
  })
  const ended = new Promise<End>((done) => {
    process.on('error', (error) => done({ how: sentenceOf(error), wasReady, trouble }))
    process.on('exit', (code, signal) => done({ how: signal ?? `exit code ${code}`, wasReady, trouble }))
  })
  const send = (message: ToChild): void => {
    // A child that ended meanwhile is reported by `ended`; the callback keeps it from being thrown here.
    if (process.connected) process.send(message, () => {})
  }
  send({ type: 'begin', configuration: o.configuration })
  return {
    pid: process.pid,
    send,
    ended,
    async close() {
      send({ type: 'close' })
      const late = setTimeout(() => process.kill('SIGKILL'), graceMs)
      await ended
      clearTimeout(late)
    },
  }
}
