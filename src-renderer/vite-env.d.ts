/** What Vite lets the page import besides code: a file's address, and stylesheets. */
declare module '*?url' {
  const address: string
  export default address
}
declare module '*.css'
