"""The parts of the HTML report: a judged document in, the document with its verdicts beside the statements out."""
