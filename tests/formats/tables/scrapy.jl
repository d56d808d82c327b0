{"url": "https://www.comune.montefalso.example/progetti/1", "status": 200, "fetched": "2026-03-01T10:00:00Z", "html": "<html><head><title>Un ponte per il lavoro</title></head><body><h1>Un ponte per il lavoro</h1><p>Dal 1 settembre 2023 al 31 dicembre 2028.</p></body></html>"}
{"url": "https://www.comune.montefalso.example/progetti/2", "id": 17, "text": "Progetto Verde\nCosto totale: 10 000 euro"}
