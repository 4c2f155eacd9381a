"""Small apps of each stack."""

REACT = {
    "package.json": '{"name": "app", "type": "module", "dependencies": {"react": "^19.0.0", "react-dom": "^19.0.0"},'
    ' "devDependencies": {"vite": "^6.0.0", "@vitejs/plugin-react": "^4.3.0", "typescript": "^5.6.0"}}\n',
    "index.html": '<!doctype html><html><head><title>Tally</title></head><body><div id="root"></div>'
    '<script type="module" src="/src/main.tsx"></script></body></html>\n',
    "vite.config.ts": 'import { defineConfig } from "vite";\nimport react from "@vitejs/plugin-react";\n'
    "export default defineConfig({ plugins: [react()] });\n",
    "src/main.tsx": 'import { createRoot } from "react-dom/client";\nimport App from "./App";\n'
    'createRoot(document.getElementById("root")!).render(<App />);\n',
    "src/App.tsx": "export default function App() {\n  return <h1>Tally of one</h1>;\n}\n",
}

FLASK = {
    "requirements.txt": "flask\n",
    "app.py": "from flask import Flask, render_template, request\n\napp = Flask(__name__)\n\n\n"
    '@app.get("/")\ndef index():\n    return render_template("index.html")\n\n\n'
    '@app.post("/echo")\ndef echo():\n    return request.get_data()\n\n\n'
    '@app.get("/headers")\ndef headers():\n    return dict(request.headers)\n',
    "templates/index.html": "<!doctype html><title>Shelf</title><h1>A shelf of books</h1>\n",
}

ODD = {
    **FLASK,
    "app.py": FLASK["app.py"] + "\n\nimport os, time\nfrom flask import Response\n\n\n"
    '@app.get("/slow")\ndef slow():\n    time.sleep(20)\n    return "late"\n\n\n'
    'def dying():\n    yield "half"\n    os._exit(1)\n\n\n'
    '@app.get("/dying")\ndef die():\n    return Response(dying())\n\n\n'
    'def ticking():\n    for number in range(3):\n        yield f"data: {number}\\n\\n"\n        time.sleep(0.5)\n\n\n'
    '@app.get("/ticks")\ndef ticks():\n    return Response(ticking(), mimetype="text/event-stream")\n',
}

STATIC = {
    "index.html": '<!doctype html><title>Garden</title><link rel="stylesheet" href="style.css"><h1>A garden</h1>\n',
    "style.css": "h1 { color: green; }\n",
    "about/index.html": "<!doctype html><title>About</title><h1>About gardens</h1>\n",
}

VUE = {
    "package.json": '{"name": "app", "type": "module", "dependencies": {"vue": "^3.5.0"},'
    ' "devDependencies": {"vite": "^6.0.0", "@vitejs/plugin-vue": "^6.0.0", "tailwindcss": "^4.0.0",'
    ' "@tailwindcss/vite": "^4.0.0", "typescript": "^5.6.0", "vue-tsc": "^3.0.0"}}\n',
    "index.html": '<!doctype html><html><head><title>Lists</title></head><body><div id="app"></div>'
    '<script type="module" src="/src/main.ts"></script></body></html>\n',
    "vite.config.ts": 'import tailwind from "@tailwindcss/vite";\nimport vue from "@vitejs/plugin-vue";\n'
    'import { defineConfig } from "vite";\nexport default defineConfig({ plugins: [vue(), tailwind()] });\n',
    "tsconfig.json": '{"compilerOptions": {"target": "ES2022", "module": "ESNext", "moduleResolution": "bundler",'
    ' "strict": true, "lib": ["ES2022", "DOM"], "types": ["vite/client"]}, "include": ["src"]}\n',
    "src/main.ts": 'import { createApp } from "vue";\nimport App from "./App.vue";\nimport "./style.css";\n'
    'createApp(App).mount("#app");\n',
    "src/style.css": '@import "tailwindcss";\n',
    "src/App.vue": '<script setup lang="ts">\nconst said: string = "A list of one";\n</script>\n'
    '<template><h1 class="text-3xl">{{ said }}</h1></template>\n',
}

NODE = {
    "package.json": '{"name": "app", "type": "module", "dependencies": {"express": "^5.0.0"}}\n',
    "server.js": 'import express from "express";\nconst app = express();\napp.use(express.static("public"));\n'
    'app.get("/api/notes", (request, answer) => answer.json(["first"]));\n'
    "app.listen(process.env.PORT, process.env.HOST, () => console.log(`Listening on ${process.env.PORT}`));\n",
    "public/index.html": "<!doctype html><title>Notes</title><h1>Notes of a day</h1>\n",
}
