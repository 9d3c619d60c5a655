export { serve, type Address, type Server } from './server.ts'
