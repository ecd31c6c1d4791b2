"""Tables, charts, maps, the self-contained HTML report and the workbook."""
